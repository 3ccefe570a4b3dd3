"""The one word people read about a training, and its tone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kit.errors import Text
from app.kit.texts import lazy as _
from app.trainings.models import Mode, TrainingState
from app.trainings.rules.signup import Facts, LessonState, SignupState, signup_state


class Status(StrEnum):
    """What is shown of a training at an instant."""

    DRAFT = "draft"
    NOT_OPEN = "not_open"
    OPEN = "open"
    FULL = "full"
    SIGNUP_CLOSED = "signup_closed"
    RUNNING = "running"
    LIVE = "live"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Badge:
    """A word in a tone; tones as in templates/macros/ui.html."""

    label: Text
    tone: str


_LABELS: dict[Status, Text] = {
    Status.DRAFT: _("未发布"),
    Status.NOT_OPEN: _("报名未开始"),
    Status.OPEN: _("报名中"),
    Status.FULL: _("名额已满（候补）"),
    Status.SIGNUP_CLOSED: _("报名已截止"),
    Status.RUNNING: _("进行中"),
    Status.LIVE: _("直播中"),
    Status.ENDED: _("已结束"),
    Status.CANCELLED: _("已取消"),
}
_TONES = {
    Status.DRAFT: "neutral",
    Status.NOT_OPEN: "info",
    Status.OPEN: "success",
    Status.FULL: "warning",
    Status.SIGNUP_CLOSED: "neutral",
    Status.RUNNING: "info",
    Status.LIVE: "info",
    Status.ENDED: "neutral",
    Status.CANCELLED: "danger",
}
_OF_SIGNUP = {
    SignupState.NOT_PUBLISHED: Status.DRAFT,
    SignupState.NOT_OPEN: Status.NOT_OPEN,
    SignupState.OPEN: Status.OPEN,
    SignupState.FULL: Status.FULL,
    SignupState.CLOSED: Status.SIGNUP_CLOSED,
    SignupState.ENDED: Status.ENDED,
    SignupState.CANCELLED: Status.CANCELLED,
}
_POSTPONED = Badge(_("已延期"), "warning")
_CHANGED = Badge(_("时间或地点有变更"), "warning")
_OF_LESSON = {
    LessonState.WAITING: Badge(_("未开始"), "info"),
    LessonState.RUNNING: Badge(_("进行中"), "success"),
    LessonState.ENDED: Badge(_("已结束"), "neutral"),
    LessonState.CANCELLED: Badge(_("已取消"), "danger"),
}
_OF_STATE = {
    TrainingState.DRAFT: Badge(_("草稿"), "neutral"),
    TrainingState.PUBLISHED: Badge(_("已发布"), "info"),
    TrainingState.HELD: Badge(_("待归档"), "warning"),
    TrainingState.CLOSED: Badge(_("已归档"), "success"),
    TrainingState.ACCEPTED: Badge(_("已验收"), "success"),
    TrainingState.CANCELLED: Badge(_("已取消"), "danger"),
}
_OF_MODE: dict[Mode, Text] = {
    Mode.ONSITE: _("现场"),
    Mode.LIVESTREAM: _("直播"),
    Mode.HYBRID: _("现场＋直播"),
}
_ONE_DAY = timedelta(hours=16)


def status_at(facts: Facts, now: datetime) -> Status:
    """Give the word for a training: what is going on counts more than its sign-up."""
    signup = signup_state(facts, now)
    is_on = facts.state is TrainingState.PUBLISHED and facts.starts_at <= now < facts.ends_at
    if not is_on:
        return _OF_SIGNUP[signup]
    is_one_stream = facts.mode is Mode.LIVESTREAM and facts.ends_at - facts.starts_at <= _ONE_DAY
    return Status.LIVE if is_one_stream else Status.RUNNING


def label_of(status: Status) -> Text:
    """Give the word for a status."""
    return _LABELS[status]


def tone_of(status: Status) -> str:
    """Give the tone of a status."""
    return _TONES[status]


def badges_of(facts: Facts, now: datetime) -> tuple[Badge, ...]:
    """Give the badges of a training: its status, and whether it was moved while it matters."""
    status = status_at(facts, now)
    first = Badge(_LABELS[status], _TONES[status])
    if facts.moved_at is None or status in {Status.DRAFT, Status.ENDED, Status.CANCELLED}:
        return (first,)
    is_later = facts.moved_from is not None and facts.starts_at > facts.moved_from
    return (first, _POSTPONED if is_later else _CHANGED)


def badge_of_lesson(state: LessonState) -> Badge:
    """Give the badge of a lesson."""
    return _OF_LESSON[state]


def badge_of_state(state: TrainingState) -> Badge:
    """Give the badge of a training's own state, as its organiser sees it."""
    return _OF_STATE[state]


def label_of_mode(mode: Mode) -> Text:
    """Give the word for a way of holding a training."""
    return _OF_MODE[mode]
