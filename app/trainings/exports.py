"""Trainings as calendar entries and as a poster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from app.kit import calendars, markdown, posters
from app.kit.languages import city_name, clock_time, day
from app.kit.settings import absolute_url, settings
from app.kit.texts import translate as _
from app.trainings.models import Lesson, Mode, Training, TrainingState
from app.trainings.rules import Meeting

REMINDER_MINUTES = 60


def entries_of(training: Training) -> Iterator[calendars.Entry]:
    """Give the calendar entries of a training, one a lesson; lessons and venue are loaded."""
    total = len(training.lessons)
    for number, lesson in enumerate(training.lessons, 1):
        yield _entry(training, lesson, number, total)


def changed_at(training: Training) -> datetime:
    """Give the instant of the last change that calendars should hear of."""
    times = (training.created_at, training.published_at, training.moved_at, training.cancelled_at)
    return max(one for one in times if one is not None)


def calendar(trainings: Iterable[Training], *, name: str) -> bytes:
    """Write trainings as one calendar; equal for equal trainings."""
    trainings = list(trainings)
    entries = [entry for training in trainings for entry in entries_of(training)]
    stamp = max((changed_at(one) for one in trainings), default=datetime(2020, 1, 1).astimezone())
    return calendars.publish(entries, name=name, timezone=settings().default_timezone, now=stamp)


def poster(training: Training) -> bytes:
    """Draw the share poster of a training (PNG) with a code that opens its page."""
    organiser = _("主办：%(name)s", name=training.organisation.name)
    lines = (_when(training), place_of(training), organiser)
    address = absolute_url("trainings.show", training_id=training.public_id)
    return posters.poster(
        training.title,
        [line for line in lines if line],
        address,
        footer=_("扫码查看详情并报名，免费参加"),
    )


def place_of(training: Training | Meeting) -> str:
    """Write where a training is held, or was to be held, on one line."""
    if training.mode is Mode.LIVESTREAM:
        return _("网络直播")
    parts = [city_name(training.city) if training.city else ""]
    if training.venue is not None:
        parts += [training.venue.name, training.venue.address]
    return " ".join(part for part in parts if part)


def _when(training: Training) -> str:
    first, count = training.lessons[0], len(training.lessons)
    when = f"{day(first.starts_at)} {clock_time(first.starts_at)}—{clock_time(first.ends_at)}"
    return when if count == 1 else _("%(when)s 起，共%(count)s节", when=when, count=count)


def _entry(training: Training, lesson: Lesson, number: int, total: int) -> calendars.Entry:
    address = absolute_url("trainings.show", training_id=training.public_id)
    title = training.title if total == 1 else f"{training.title} ({number}/{total})"
    is_cancelled = training.state is TrainingState.CANCELLED
    words = [
        training.cancel_reason if is_cancelled else "",
        training.summary or markdown.to_text(training.body, 300),
        address,
    ]
    return calendars.Entry(
        uid=f"lesson-{lesson.public_id}@{settings().public_host}",
        sequence=training.calendar_sequence,
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        summary=f"{title} · {lesson.title}" if lesson.title else title,
        description="\n".join(one for one in words if one),
        location=place_of(training),
        url=address,
        organiser_name=training.organisation.name,
        organiser_email="",
        updated_at=changed_at(training),
        status="cancelled" if is_cancelled else "confirmed",
        alarm_minutes=REMINDER_MINUTES,
    )
