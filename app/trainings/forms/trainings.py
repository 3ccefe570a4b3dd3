"""A training as it is typed: by a person in local days and times, by a program in instants."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from app.kit import regions
from app.kit.forms import Input, refuse
from app.kit.settings import settings
from app.kit.texts import lazy as _
from app.trainings.models import Mode
from app.trainings.rules import MOST_LESSONS, LessonPlan, TrainingPlan

_NAMES = re.compile(r"[、,，;；/\n]")
_CLOSES_AT = time(18)
_BETWEEN = re.compile(r"[\s+\-()（）\d转]*")


def _listed(value: object) -> object:
    """Take one ticked box, or names typed in one line, for a list."""
    if isinstance(value, str):
        return [one.strip() for one in _NAMES.split(value) if one.strip()]
    return value


def _local(value: datetime) -> datetime:
    """Give an instant without offset the organisation's zone."""
    return value if value.tzinfo else value.replace(tzinfo=zone())


def _city(value: str) -> str:
    if value and regions.city(value) is None:
        raise refuse("unknown", _("请从列表中选择城市"))
    return value


def _cluster(value: str) -> str:
    if value and regions.cluster(value) is None:
        raise refuse("unknown", _("请从列表中选择产业集群"))
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise refuse("url", _("请填写以https://开头的网址"))
    return value


def _phone(value: str) -> str:
    if not _BETWEEN.fullmatch(value):
        raise refuse("phone", _("请填写办公电话，例如020-12345678转801"))
    return value


def zone() -> ZoneInfo:
    """Give the zone of days and times without offset."""
    return ZoneInfo(settings().default_timezone)


LocalInstant = Annotated[datetime, AfterValidator(_local)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Key = Annotated[str, Field(max_length=26)]
Listed = BeforeValidator(_listed)


class TrainingFields(Input):
    """What pages and programs have in common."""

    title: str = Field(min_length=2, max_length=120)
    title_en: str = Field(default="", max_length=160)
    summary: str = Field(default="", max_length=300)
    body: str = Field(default="", max_length=20_000, description="Markdown")
    mode: Mode
    city: Annotated[str, AfterValidator(_city)] = ""
    cluster: Annotated[str, AfterValidator(_cluster)] = ""
    programme: Key | None = None
    course: Key | None = None
    venue: Key | None = None
    capacity_onsite: int = Field(default=0, ge=0, le=100_000)
    capacity_online: int = Field(default=0, ge=0, le=100_000)
    per_enterprise_limit: int | None = Field(default=None, ge=1, le=1000)
    requires_approval: bool = False
    required_percent: int = Field(default=60, ge=1, le=100)
    contact_phone: Annotated[str, Field(max_length=40), AfterValidator(_phone)] = ""
    trainers: Annotated[list[Key], Field(default_factory=list, max_length=20), Listed]
    guest_trainers: Annotated[list[Name], Field(default_factory=list, max_length=20), Listed]


class LessonRow(Input):
    """A lesson in a form: a day, and two times of that day."""

    id: Key = ""
    day: date
    starts_at: time
    ends_at: time
    title: str = Field(default="", max_length=120)
    online_url: Annotated[str, Field(max_length=500), AfterValidator(_web_address)] = ""

    def plan(self) -> LessonPlan:
        """Give the lesson in the organisation's zone; an end before the start is a fault later."""
        return LessonPlan(
            id=self.id,
            starts_at=datetime.combine(self.day, self.starts_at, zone()),
            ends_at=datetime.combine(self.day, self.ends_at, zone()),
            title=self.title,
            online_url=self.online_url,
        )


class TrainingForm(TrainingFields):
    """The form of the staff pages."""

    lessons: list[LessonRow] = Field(min_length=1, max_length=MOST_LESSONS)
    signup_opens_at: LocalInstant | None = None
    signup_closes_at: LocalInstant | None = None

    def plan(self, now: datetime) -> TrainingPlan:
        """Give the plan; sign-up opens now and closes the day before at 18:00 unless said."""
        return _plan(self, tuple(one.plan() for one in self.lessons), now)


class LessonBody(Input):
    """A lesson in JSON."""

    id: Key = Field(default="", description="the lesson that this changes; empty for a new one")
    starts_at: LocalInstant
    ends_at: LocalInstant
    title: str = Field(default="", max_length=120)
    online_url: Annotated[str, Field(max_length=500), AfterValidator(_web_address)] = ""

    def plan(self) -> LessonPlan:
        """Give the lesson as planned."""
        return LessonPlan(**self.model_dump())


class TrainingBody(TrainingFields):
    """The body of POST /api/v1/trainings."""

    lessons: list[LessonBody] = Field(min_length=1, max_length=MOST_LESSONS)
    signup_opens_at: LocalInstant | None = None
    signup_closes_at: LocalInstant | None = None

    def plan(self, now: datetime) -> TrainingPlan:
        """Give the plan; sign-up opens now and closes the day before at 18:00 unless said."""
        return _plan(self, tuple(one.plan() for one in self.lessons), now)


class TrainingChange(Input):
    """The body of PATCH /api/v1/trainings/{id}: only what is named is changed."""

    title: str = Field(default="", min_length=2, max_length=120)
    title_en: str = Field(default="", max_length=160)
    summary: str = Field(default="", max_length=300)
    body: str = Field(default="", max_length=20_000)
    mode: Mode = Mode.ONSITE
    city: Annotated[str, AfterValidator(_city)] = ""
    cluster: Annotated[str, AfterValidator(_cluster)] = ""
    programme: Key | None = None
    course: Key | None = None
    venue: Key | None = None
    capacity_onsite: int = Field(default=0, ge=0, le=100_000)
    capacity_online: int = Field(default=0, ge=0, le=100_000)
    per_enterprise_limit: int | None = Field(default=None, ge=1, le=1000)
    requires_approval: bool = False
    required_percent: int = Field(default=60, ge=1, le=100)
    contact_phone: Annotated[str, Field(max_length=40), AfterValidator(_phone)] = ""
    trainers: list[Key] = Field(default=[], max_length=20)
    guest_trainers: list[Name] = Field(default=[], max_length=20)
    lessons: list[LessonBody] = Field(default=[], min_length=1, max_length=MOST_LESSONS)
    signup_opens_at: LocalInstant = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))
    signup_closes_at: LocalInstant = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise refuse("empty", _("请至少填写一项要修改的内容"))
        return self

    def changes(self) -> dict[str, Any]:
        """Give the fields of a TrainingPlan to replace."""
        found: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        for name in ("trainers", "guest_trainers"):
            if name in found:
                found[name] = tuple(found[name])
        if "lessons" in found:
            found["lessons"] = tuple(one.plan() for one in self.lessons)
        return found


def _plan(
    typed: TrainingForm | TrainingBody, lessons: tuple[LessonPlan, ...], now: datetime
) -> TrainingPlan:
    first = min(one.starts_at for one in lessons)
    values = typed.model_dump(exclude={"lessons"})
    values["trainers"] = tuple(typed.trainers)
    values["guest_trainers"] = tuple(typed.guest_trainers)
    values["signup_opens_at"] = typed.signup_opens_at or now
    values["signup_closes_at"] = typed.signup_closes_at or closes_before(first, now)
    return TrainingPlan(**values, lessons=lessons)


def closes_before(starts_at: datetime, now: datetime) -> datetime:
    """Give when sign-up closes unless said: 18:00 the day before; the start if that is past."""
    local = starts_at.astimezone(zone())
    evening = datetime.combine(local.date() - timedelta(days=1), _CLOSES_AT, zone())
    return evening if evening > now else starts_at


def typed_values(plan: TrainingPlan) -> dict[str, str | list[str]]:
    """Give the fields of TrainingForm that stand for a plan, to fill the page."""
    values: dict[str, str | list[str]] = {
        name: str(getattr(plan, name) if getattr(plan, name) is not None else "")
        for name in TrainingFields.model_fields
        if name not in {"trainers", "guest_trainers", "requires_approval"}
    }
    values["trainers"] = list(plan.trainers)
    values["guest_trainers"] = "、".join(plan.guest_trainers)
    values["requires_approval"] = "yes" if plan.requires_approval else ""
    values["signup_opens_at"] = _typed(plan.signup_opens_at)
    values["signup_closes_at"] = _typed(plan.signup_closes_at)
    for number, lesson in enumerate(plan.lessons):
        start, end = lesson.starts_at.astimezone(zone()), lesson.ends_at.astimezone(zone())
        values |= {
            f"lessons-{number}-id": lesson.id,
            f"lessons-{number}-day": start.date().isoformat(),
            f"lessons-{number}-starts_at": f"{start:%H:%M}",
            f"lessons-{number}-ends_at": f"{end:%H:%M}",
            f"lessons-{number}-title": lesson.title,
            f"lessons-{number}-online_url": lesson.online_url,
        }
    return values


def _typed(instant: datetime) -> str:
    return f"{instant.astimezone(zone()):%Y-%m-%dT%H:%M}"
