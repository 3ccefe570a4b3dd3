"""Raises, withdraws and answers objections; an accepted one becomes a correction in the ledger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload, selectinload

from app.attendance import notices
from app.attendance.commands import decisions
from app.attendance.errors import AppealDecided, AppealOpen
from app.attendance.models import Appeal, AppealedBy, AppealState, Credit
from app.attendance.queries import appeals as queries
from app.attendance.queries.policies import get_in_force
from app.attendance.rules.appeals import Window, ensure_open
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.kit.errors import NotFound
from app.outbox import commands as outbox
from app.registrations.models import Attendee, AttendeeState, Registration
from app.trainings.models import Lesson, Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What somebody says against a record, with the evidence that is stored already."""

    attendee: str  # public id
    lesson: str  # public id
    text: str
    raised_by: AppealedBy
    file: str = ""  # as stored
    file_name: str = ""


def raise_appeal(
    objection: Objection, attendee_ids: Collection[int], *, by: Actor, now: datetime
) -> Appeal:
    """Lay an objection before the organiser; it must be about one of these attendees (keys).

    NotFound; AppealsClosed outside the time for it; AppealOpen while another one waits.
    """
    attendee, lesson, training = _about(objection, attendee_ids)
    window = Window(
        state=training.state,
        lesson_ends_at=lesson.ends_at,
        training_ends_at=training.ends_at,
        days=get_in_force(training.id).policy.appeal_days,
    )
    ensure_open(window, now)
    if queries.has_open(lesson.id, attendee.id):
        raise AppealOpen
    appeal = Appeal(
        organisation_id=training.organisation_id,
        training_id=training.id,
        lesson_id=lesson.id,
        attendee_id=attendee.id,
        raised_by=objection.raised_by,
        text=objection.text,
        file=objection.file,
        file_name=objection.file_name,
        state=AppealState.OPEN,
        created_at=now,
    )
    db.session.add(appeal)
    db.session.flush()
    _remember("appeal.raised", appeal, by=by, now=now)
    return appeal


def _about(
    objection: Objection, attendee_ids: Collection[int]
) -> tuple[Attendee, Lesson, Training]:
    """Give the attendee, whose row is locked: of two objections at once only one may wait."""
    row = db.session.execute(
        select(Attendee, Lesson, Training)
        .join(Training, Training.id == Attendee.training_id)
        .join(Lesson, Lesson.training_id == Training.id)
        .where(
            Attendee.id.in_(attendee_ids),
            Attendee.public_id == objection.attendee,
            Attendee.state == AttendeeState.CONFIRMED,
            Lesson.public_id == objection.lesson,
        )
        .with_for_update(of=Attendee)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row.Attendee, row.Lesson, row.Training


def withdraw(appeal_id: str, attendee_ids: Collection[int], *, by: Actor, now: datetime) -> None:
    """Take an objection back; NotFound, AppealDecided."""
    appeal = queries.get_own(appeal_id, attendee_ids).appeal
    _settle(appeal, AppealState.WITHDRAWN, now=now)
    _remember("appeal.withdrawn", appeal, by=by, now=now)


def accept(
    appeal_id: str,
    credit: Credit,
    *,
    answer: str,
    organisation_id: int,
    staff_id: int,
    by: Actor,
    now: datetime,
) -> None:
    """Correct the record to `credit` and say so; NotFound, AppealDecided, AttendanceLocked."""
    case = queries.get_case(appeal_id, organisation_id)
    uid = f"appeal-{appeal_id}"
    _settle(
        case.appeal,
        AppealState.ACCEPTED,
        now=now,
        decided_by_id=staff_id,
        answer=answer,
        fact_uid=uid,
    )
    decisions.correct(
        case.appeal.lesson_id,
        case.attendee,
        credit,
        uid=uid,
        reason=answer,
        staff_id=staff_id,
        by=by,
        now=now,
    )
    _remember("appeal.accepted", case.appeal, by=by, now=now)
    _tell(case.appeal, now=now)


def decline(
    appeal_id: str,
    *,
    answer: str,
    organisation_id: int,
    staff_id: int,
    by: Actor,
    now: datetime,
) -> None:
    """Leave the record as it is and say why; NotFound, AppealDecided."""
    appeal = queries.get_case(appeal_id, organisation_id).appeal
    _settle(
        appeal, AppealState.DECLINED, now=now, decided_by_id=staff_id, answer=answer, fact_uid=None
    )
    _remember("appeal.declined", appeal, by=by, now=now)
    _tell(appeal, now=now)


def _settle(
    appeal: Appeal, state: AppealState, *, now: datetime, **values: str | int | None
) -> None:
    """Leave the state open, once: of two people who decide at the same time one is too late."""
    settled = db.session.execute(
        update(Appeal)
        .where(Appeal.id == appeal.id, Appeal.state == AppealState.OPEN)
        .values(state=state, decided_at=now, **values)
        .returning(Appeal.id)
        .execution_options(synchronize_session=False)
    )
    if settled.scalar() is None:
        raise AppealDecided
    db.session.refresh(appeal)


def _tell(appeal: Appeal, *, now: datetime) -> None:
    attendee = db.session.scalars(
        select(Attendee)
        .where(Attendee.id == appeal.attendee_id)
        .options(
            selectinload(Attendee.tickets),
            joinedload(Attendee.registration).joinedload(Registration.training),
        )
    ).one()
    lesson = db.session.get_one(Lesson, appeal.lesson_id)
    draft = notices.appeal_answered(appeal, attendee, lesson, attendee.registration.training)
    if draft is not None:
        outbox.enqueue_all([draft], now=now)


def _remember(action: str, appeal: Appeal, *, by: Actor, now: datetime) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="appeal",
        subject_id=appeal.public_id,
        organisation_id=appeal.organisation_id,
        fact_uid=appeal.fact_uid,
    )
