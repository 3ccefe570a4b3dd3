"""A training as its organiser wants it, and everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from app.kit.errors import FieldFault, Text
from app.kit.texts import lazy as _
from app.trainings.errors import NotPublishable, PlanInvalid
from app.trainings.models import Mode, Training

LONGEST_LESSON = timedelta(hours=12)
MOST_LESSONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonPlan:
    """One dated part; `id` is the public id of the lesson that it changes, "" for a new one."""

    starts_at: datetime
    ends_at: datetime
    title: str = ""
    online_url: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """All that an organiser decides about a training; other rows are named by public id."""

    title: str
    mode: Mode
    lessons: tuple[LessonPlan, ...]
    signup_opens_at: datetime
    signup_closes_at: datetime
    title_en: str = ""
    summary: str = ""
    body: str = ""
    city: str = ""
    cluster: str = ""
    programme: str | None = None
    course: str | None = None
    venue: str | None = None
    capacity_onsite: int = 0
    capacity_online: int = 0
    per_enterprise_limit: int | None = None
    requires_approval: bool = False
    required_percent: int = 60
    contact_phone: str = ""
    trainers: tuple[str, ...] = ()
    guest_trainers: tuple[str, ...] = ()


def ensure_plan(plan: TrainingPlan) -> None:
    """Raise PlanInvalid with every fault of a draft: its times and figures must make sense."""
    if faults := tuple(_faults(plan)):
        raise PlanInvalid(faults=faults)


def ensure_publishable(plan: TrainingPlan, now: datetime, *, is_new: bool = True) -> None:
    """Raise NotPublishable with everything that a reader of the announcement would miss.

    `is_new` also asks that there is still time to sign up and to come.
    """
    faults = (*_faults(plan), *_missing(plan), *(_late(plan, now) if is_new else ()))
    if faults:
        raise NotPublishable(faults=faults)


def shifted(plan: TrainingPlan, by: timedelta) -> TrainingPlan:
    """Give the plan of a new training `by` later, with lessons of its own."""
    return replace(
        plan,
        lessons=tuple(
            replace(one, id="", starts_at=one.starts_at + by, ends_at=one.ends_at + by)
            for one in plan.lessons
        ),
        signup_opens_at=plan.signup_opens_at + by,
        signup_closes_at=plan.signup_closes_at + by,
    )


def _faults(plan: TrainingPlan) -> Iterator[FieldFault]:
    yield from _lesson_faults(plan)
    if plan.signup_closes_at <= plan.signup_opens_at:
        yield _fault("signup_closes_at", "order", _("报名截止时间应晚于报名开始时间"))
    elif plan.lessons and plan.signup_closes_at > max(one.ends_at for one in plan.lessons):
        yield _fault("signup_closes_at", "order", _("报名截止时间不能晚于最后一节课结束"))
    if plan.mode is Mode.ONSITE and plan.capacity_online:
        yield _fault("capacity_online", "mode", _("现场培训没有线上名额，请填0或改为混合方式"))
    if plan.mode is Mode.LIVESTREAM and plan.capacity_onsite:
        yield _fault("capacity_onsite", "mode", _("直播培训没有现场名额，请填0或改为混合方式"))


def _lesson_faults(plan: TrainingPlan) -> Iterator[FieldFault]:
    if not plan.lessons:
        yield _fault("lessons", "missing", _("请至少填写一节课的日期和时间"))
    for number, lesson in enumerate(plan.lessons):
        if lesson.ends_at <= lesson.starts_at:
            yield _fault(f"lessons.{number}.ends_at", "order", _("结束时间应晚于开始时间"))
        elif lesson.ends_at - lesson.starts_at > LONGEST_LESSON:
            yield _fault(
                f"lessons.{number}.ends_at", "too_long", _("一节课不能超过12小时，请分成几节填写")
            )
    in_order = sorted(enumerate(plan.lessons), key=lambda one: one[1].starts_at)
    for (_number, earlier), (number, later) in pairwise(in_order):
        if later.starts_at < earlier.ends_at:
            yield _fault(f"lessons.{number}.starts_at", "overlap", _("与另一节课的时间重叠"))


def _missing(plan: TrainingPlan) -> Iterator[FieldFault]:
    is_onsite, is_online = plan.mode is not Mode.LIVESTREAM, plan.mode is not Mode.ONSITE
    if is_onsite and not plan.capacity_onsite:
        yield _fault("capacity_onsite", "missing", _("请填写现场名额"))
    if is_online and not plan.capacity_online:
        yield _fault("capacity_online", "missing", _("请填写线上名额"))
    if is_onsite and plan.venue is None:
        yield _fault("venue", "missing", _("现场培训需要选择培训地点"))
    if is_onsite and not plan.city:
        yield _fault("city", "missing", _("请选择举办城市"))


def _late(plan: TrainingPlan, now: datetime) -> Iterator[FieldFault]:
    if plan.signup_closes_at <= now:
        yield _fault("signup_closes_at", "past", _("报名截止时间已过，请改为将来的时间"))
    for number, lesson in enumerate(plan.lessons):
        if lesson.starts_at <= now:
            yield _fault(f"lessons.{number}.starts_at", "past", _("开始时间已过，请改为将来的时间"))


def _fault(field: str, code: str, message: Text) -> FieldFault:
    return FieldFault(field=field, code=code, message=message)


def plan_of(training: Training) -> TrainingPlan:
    """Give the plan that a training, loaded whole, is carried out by."""
    return TrainingPlan(
        title=training.title,
        title_en=training.title_en,
        summary=training.summary,
        body=training.body,
        mode=training.mode,
        city=training.city,
        cluster=training.cluster,
        programme=None if training.programme is None else training.programme.public_id,
        course=None if training.course is None else training.course.public_id,
        venue=None if training.venue is None else training.venue.public_id,
        capacity_onsite=training.capacity_onsite,
        capacity_online=training.capacity_online,
        per_enterprise_limit=training.per_enterprise_limit,
        requires_approval=training.requires_approval,
        required_percent=training.required_percent,
        signup_opens_at=training.signup_opens_at,
        signup_closes_at=training.signup_closes_at,
        contact_phone=training.contact_phone,
        lessons=tuple(
            LessonPlan(
                id=one.public_id,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                title=one.title,
                online_url=one.online_url,
            )
            for one in training.lessons
        ),
        trainers=tuple(one.staff.public_id for one in training.trainers if one.staff is not None),
        guest_trainers=tuple(one.name for one in training.trainers if one.staff is None),
    )


def is_move(before: TrainingPlan, after: TrainingPlan) -> bool:
    """Tell whether people who come by the old plan would miss something: another time or place."""
    return _meeting(before) != _meeting(after)


def _meeting(plan: TrainingPlan) -> tuple[object, ...]:
    times = sorted((one.starts_at, one.ends_at) for one in plan.lessons)
    return plan.mode, plan.venue, times
