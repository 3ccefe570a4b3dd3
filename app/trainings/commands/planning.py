"""Makes and changes trainings from plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.kit.errors import FieldFault
from app.kit.texts import lazy as _
from app.trainings import queries, rules
from app.trainings.commands import moves
from app.trainings.commands.references import References, resolve
from app.trainings.errors import AlreadyChanged, LessonInUse, NotEditable, PlanInvalid
from app.trainings.models import Lesson, Training, TrainingState, TrainingTrainer
from app.trainings.rules import LessonPlan, Meeting, TrainingPlan

_EDITABLE = frozenset({TrainingState.DRAFT, TrainingState.PUBLISHED})


def create(plan: TrainingPlan, *, organisation_id: int, by: Actor, now: datetime) -> Training:
    """Make a draft from a plan; PlanInvalid with every fault."""
    rules.ensure_plan(plan)
    training = Training(organisation_id=organisation_id, created_at=now)
    _write(training, plan, resolve(plan, organisation_id))
    _write_lessons(training, plan.lessons)
    db.session.add(training)
    db.session.flush()
    _record("training.created", training, by=by, now=now)
    return training


def create_many(
    plans: Sequence[TrainingPlan], *, organisation_id: int, by: Actor, now: datetime
) -> list[Training]:
    """Make several drafts in this unit of work: all of them, or none when one is refused."""
    return [create(plan, organisation_id=organisation_id, by=by, now=now) for plan in plans]


def copy(
    training_id: str, *, starts_at: datetime, organisation_id: int, by: Actor, now: datetime
) -> Training:
    """Make a draft like another training whose first lesson starts at `starts_at`; NotFound.

    Sign-up opens now and closes as long before the start as it did for the other one.
    """
    training = queries.get(training_id, organisation_id)
    plan = rules.shifted(rules.plan_of(training), starts_at - training.starts_at)
    plan = replace(plan, signup_opens_at=min(now, plan.signup_opens_at))
    return create(plan, organisation_id=organisation_id, by=by, now=now)


def edit(
    training_id: str,
    plan: TrainingPlan,
    *,
    revision: int,
    organisation_id: int,
    by: Actor,
    now: datetime,
) -> Training:
    """Change a draft or published training from `revision` on.

    Another time or place of a published one is a move: calendars hear of it, and what was is kept
    in the audit log. Raises NotFound, AlreadyChanged, NotEditable, LessonInUse, and PlanInvalid or
    NotPublishable with every fault.
    """
    training = queries.get(training_id, organisation_id, lock=True)
    if training.revision != revision:
        raise AlreadyChanged
    if training.state not in _EDITABLE:
        raise NotEditable
    before, known = rules.plan_of(training), rules.meeting_of(training)
    _ensure(plan, training, now)
    _write(training, plan, resolve(plan, organisation_id, keep=before.trainers))
    _write_lessons(training, _named(plan.lessons, before.lessons))
    training.revision += 1
    if training.state is TrainingState.PUBLISHED and rules.is_move(before, plan):
        _move(training, before, known, by=by, now=now)
    _flush()
    _record("training.edited", training, by=by, now=now)
    return training


def _ensure(plan: TrainingPlan, training: Training, now: datetime) -> None:
    if training.state is TrainingState.PUBLISHED:
        rules.ensure_publishable(plan, now, is_new=False)
    rules.ensure_plan(plan)
    taken = (
        ("capacity_onsite", plan.capacity_onsite, training.taken_onsite),
        ("capacity_online", plan.capacity_online, training.taken_online),
    )
    faults = tuple(
        FieldFault(
            field=field,
            code="taken",
            message=_("已有%(count)s人占用名额，不能少于此数", count=count),
        )
        for field, capacity, count in taken
        if capacity < count
    )
    if faults:
        raise PlanInvalid(faults=faults)


def _write(training: Training, plan: TrainingPlan, found: References) -> None:
    training.title, training.title_en = plan.title, plan.title_en
    training.summary, training.body = plan.summary, plan.body
    training.mode, training.city, training.cluster = plan.mode, plan.city, plan.cluster
    training.programme_id, training.course_id = found.programme_id, found.course_id
    training.venue_id = found.venue_id
    training.capacity_onsite = plan.capacity_onsite
    training.capacity_online = plan.capacity_online
    training.per_enterprise_limit = plan.per_enterprise_limit
    training.requires_approval = plan.requires_approval
    training.required_percent = plan.required_percent
    training.signup_opens_at = plan.signup_opens_at
    training.signup_closes_at = plan.signup_closes_at
    training.starts_at = min(one.starts_at for one in plan.lessons)
    training.ends_at = max(one.ends_at for one in plan.lessons)
    training.contact_phone = plan.contact_phone
    training.trainers = [
        *(TrainingTrainer(staff_id=one.id, name=one.name) for one in found.trainers),
        *(TrainingTrainer(name=name) for name in plan.guest_trainers),
    ]


def _named(wanted: Sequence[LessonPlan], before: Sequence[LessonPlan]) -> Sequence[LessonPlan]:
    """Let lessons that name no earlier one take the earlier ones' places in order.

    A program that only knows times moves lessons this way, instead of replacing them: who signed
    up or checked in keeps the lesson, and calendars move its entry.
    """
    if any(one.id for one in wanted):
        return wanted
    names = [one.id for one in before] + [""] * len(wanted)
    return [replace(one, id=name) for one, name in zip(wanted, names, strict=False)]


def _write_lessons(training: Training, wanted: Sequence[LessonPlan]) -> None:
    existing = {lesson.public_id: lesson for lesson in training.lessons}
    unknown = tuple(
        _unknown_lesson(number)
        for number, one in enumerate(wanted)
        if one.id and one.id not in existing
    )
    if unknown:
        raise PlanInvalid(faults=unknown)
    training.lessons = [_lesson(existing.get(one.id), one, training) for one in wanted]


def _unknown_lesson(number: int) -> FieldFault:
    message = _("没有这一节课，请刷新后再试")
    return FieldFault(field=f"lessons.{number}.id", code="unknown", message=message)


def _lesson(lesson: Lesson | None, plan: LessonPlan, training: Training) -> Lesson:
    if lesson is None:
        lesson = Lesson(organisation_id=training.organisation_id)
    lesson.starts_at, lesson.ends_at = plan.starts_at, plan.ends_at
    lesson.title, lesson.online_url = plan.title, plan.online_url
    return lesson


def _move(
    training: Training, before: TrainingPlan, known: Meeting, *, by: Actor, now: datetime
) -> None:
    was = min(one.starts_at for one in before.lessons)
    moves.note(training, known, now=now)
    if was != training.starts_at:
        training.moved_from = was
    audit.record(
        "training.moved",
        by=by,
        now=now,
        subject_kind="training",
        subject_id=training.public_id,
        organisation_id=training.organisation_id,
        was=[f"{one.starts_at.isoformat()}/{one.ends_at.isoformat()}" for one in before.lessons],
        venue_was=before.venue,
        sequence=training.calendar_sequence,
    )


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        if "FOREIGN KEY" in str(error.orig).upper():
            raise LessonInUse from error
        raise


def _record(action: str, training: Training, *, by: Actor, now: datetime) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="training",
        subject_id=training.public_id,
        organisation_id=training.organisation_id,
        revision=training.revision,
        state=training.state.value if training.state else TrainingState.DRAFT.value,
    )
