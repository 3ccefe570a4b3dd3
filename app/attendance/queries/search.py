"""Finds people of a lesson by name or phone, for the search at the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, String, and_, case, select, type_coerce

from app.attendance.models import Attendance
from app.attendance.queries.lookups import Card
from app.enterprises.models import Enterprise
from app.kit import phones, sealing
from app.kit.database import db
from app.registrations.models import Attendee, AttendeeState
from app.trainings.models import Lesson

MOST_HITS = 20
FULL_NUMBER = 11
SHORTEST_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One person found at the door."""

    card: Card
    state: AttendeeState
    first_in_at: datetime | None
    is_inside: bool


def people_of(lesson_id: int) -> Select[*tuple[Any, ...]]:
    """Select everybody with a place or a wish for one at a lesson, with their record there."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            Attendee.id,
            Attendee.public_id,
            Attendee.name,
            type_coerce(Attendee.phone, String).label("sealed_phone"),
            Attendee.channel,
            Attendee.state,
            Enterprise.name.label("enterprise"),
            Attendance.credit,
            Attendance.first_in_at,
            Attendance.is_inside,
            Attendance.is_conflict,
        )
        .join(Lesson, Lesson.training_id == Attendee.training_id)
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .outerjoin(
            Attendance,
            and_(Attendance.attendee_id == Attendee.id, Attendance.lesson_id == Lesson.id),
        )
        .where(Lesson.id == lesson_id)
    )
    return statement


def search(lesson_id: int, text: str) -> list[Hit]:
    """Find at most 20 people by a part of the name, the phone, or its last digits (3 or more)."""
    wanted = text.strip()
    if not wanted:
        return []
    digits = "".join(character for character in wanted if character.isdigit())
    if len(digits) >= SHORTEST_DIGITS and len(digits) == len(wanted.replace(" ", "")):
        return _by_digits(lesson_id, digits)
    named = _waiting_outside(lesson_id).where(Attendee.name.contains(wanted, autoescape=True))
    return [_hit(row) for row in db.session.execute(named.limit(MOST_HITS))]


def _waiting_outside(lesson_id: int) -> Select[*tuple[Any, ...]]:
    """Those who may come first, then waiting and cancelled ones, so that a desk can say why not."""
    usual = case((Attendee.state == AttendeeState.CONFIRMED, 0), else_=1)
    return people_of(lesson_id).order_by(usual, Attendee.name, Attendee.sequence)


def _by_digits(lesson_id: int, digits: str) -> list[Hit]:
    """Numbers are sealed: a full one is found by its hash, an ending by opening each."""
    if len(digits) >= FULL_NUMBER:
        hashed = sealing.lookup(f"+86{digits[-FULL_NUMBER:]}", "phone")
        exact = _waiting_outside(lesson_id).where(Attendee.phone_lookup == hashed)
        return [_hit(row) for row in db.session.execute(exact.limit(MOST_HITS))]
    hits = []
    for row in db.session.execute(_waiting_outside(lesson_id)):
        if sealing.unseal(row.sealed_phone).endswith(digits):
            hits.append(_hit(row))
            if len(hits) == MOST_HITS:
                break
    return hits


def _hit(row: Row[Any]) -> Hit:
    card = Card(
        public_id=row.public_id,
        name=row.name,
        enterprise=row.enterprise,
        phone_masked=phones.mask(sealing.unseal(row.sealed_phone)),
        channel=row.channel,
    )
    return Hit(
        card=card, state=row.state, first_in_at=row.first_in_at, is_inside=bool(row.is_inside)
    )
