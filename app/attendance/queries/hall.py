"""Reads the hall's code, and finds people by what they say of themselves at self check-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, String, func, select, type_coerce

from app.attendance.models import Direction, Fact, FactKind
from app.attendance.rules import hall
from app.attendance.rules.verdicts import COUNTED
from app.enterprises.models import Enterprise
from app.kit import phones, sealing, tokens
from app.kit.database import db
from app.kit.errors import NotFound
from app.registrations.models import Attendee, Ticket
from app.registrations.rules import LIVE
from app.trainings.models import Lesson, Training, TrainingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A lesson with its training, as anybody may know it."""

    lesson: Lesson
    training: Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """Somebody who may be checked in, and by which ticket."""

    attendee: str  # public id
    token_id: str
    name: str
    enterprise: str
    training_id: int


def code_of(lesson: str, direction: Direction, *, now: datetime) -> str:
    """Give the code that the screen of a lesson (public id) shows at `now`."""
    return tokens.issue(tokens.Purpose.HALL, lesson, audience=direction, until=hall.good_until(now))


def direction_in(code: str, lesson: str, *, now: datetime) -> Direction | None:
    """Give what a good code of this lesson is for; None for a forged, aged or foreign one."""
    for direction in Direction:
        if tokens.read(code, tokens.Purpose.HALL, audience=direction, now=now) == lesson:
            return direction
    return None


def get_place(lesson: str) -> Place:
    """Give a lesson of an announced training by its public id; NotFound."""
    row = db.session.execute(
        select(Lesson, Training)
        .join(Training, Training.id == Lesson.training_id)
        .where(Lesson.public_id == lesson, Training.state != TrainingState.DRAFT)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Place(lesson=row.Lesson, training=row.Training)


def list_by_tickets(token_ids: Sequence[str]) -> list[Claimant]:
    """List whose places these tickets are, revoked ones too: the door says why not."""
    if not token_ids:
        return []
    rows = db.session.execute(
        _claimants().where(Ticket.token_id.in_(token_ids)).order_by(Attendee.id, Ticket.id)
    )
    return [_claimant(row) for row in rows]


def find_by_attendee(attendee: str, training_id: int) -> Claimant | None:
    """Give the holder of a living ticket of a training by public id."""
    row = db.session.execute(
        _claimants().where(
            Attendee.public_id == attendee,
            Attendee.training_id == training_id,
            Ticket.revoked_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else _claimant(row)


def find_by_name(training_id: int, name: str, digits: str) -> Claimant | None:
    """Give the only one of that name in a training whose phone ends so; places count first."""
    squeezed = func.lower(func.replace(Attendee.name, " ", ""))
    rows = db.session.execute(
        _claimants().where(
            Attendee.training_id == training_id,
            squeezed == hall.name_key(name),
            Ticket.revoked_at.is_(None),
        )
    ).all()
    fitting = [
        row for row in rows if phones.last_digits(sealing.unseal(row.sealed_phone)) == digits
    ]
    living = [row for row in fitting if row.state in LIVE] or fitting
    return _claimant(living[0]) if len(living) == 1 else None


def has_served_others(lesson_id: int, browser: str, attendee: str) -> bool:
    """Tell whether this browser (hashed) checked somebody else in to the lesson."""
    other = db.session.scalar(
        select(Fact.id)
        .join(Attendee, Attendee.id == Fact.attendee_id)
        .where(
            Fact.lesson_id == lesson_id,
            Fact.kind == FactKind.SELF_CHECKIN,
            Fact.verdict.in_(COUNTED),
            Fact.answer["browser"].as_string() == browser,
            Attendee.public_id != attendee,
        )
        .limit(1)
    )
    return other is not None


def _claimants() -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(
            Attendee.public_id,
            Ticket.token_id,
            Attendee.name,
            Attendee.state,
            Attendee.training_id,
            type_coerce(Attendee.phone, String).label("sealed_phone"),
            Enterprise.name.label("enterprise"),
        )
        .join(Ticket, Ticket.attendee_id == Attendee.id)
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
    )
    return statement


def _claimant(row: Row[Any]) -> Claimant:
    return Claimant(
        attendee=row.public_id,
        token_id=row.token_id,
        name=row.name,
        enterprise=row.enterprise,
        training_id=row.training_id,
    )
