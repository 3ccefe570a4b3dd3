"""Reads who is expected at a lesson: the offline roster, the counter, the search at the door."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, String, and_, case, func, select, type_coerce

from app.attendance.models import Attendance, Credit
from app.attendance.queries.lookups import Card
from app.enterprises.models import Enterprise
from app.kit import phones, sealing
from app.kit.database import db
from app.registrations.models import Attendee, AttendeeState, Ticket
from app.trainings.models import Channel, Lesson

MOST_HITS = 20
FULL_NUMBER = 11
SHORTEST_DIGITS = 3
CAME = (Credit.PRESENT, Credit.PARTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One person as a device may keep it: masked, the ticket only as a hash."""

    public_id: str
    name_masked: str
    enterprise: str
    phone_masked: str
    channel: Channel
    state: AttendeeState
    code_hash: str
    credit: Credit
    first_in_at: datetime | None
    is_inside: bool
    is_conflict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """How many are expected and have come."""

    expected: int
    arrived: int
    inside: int
    conflicts: int
    sequence: int

    @property
    def missing(self) -> int:
        return max(0, self.expected - self.arrived)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One person found at the door."""

    card: Card
    state: AttendeeState
    first_in_at: datetime | None
    is_inside: bool


def mask_name(name: str) -> str:
    """Keep the first character of a name: `张*`."""
    return f"{name[:1]}*"


def code_hash(lesson: str, token_id: str) -> str:
    """Hash a ticket's id for one lesson (public id): SHA-256 of `lesson:id`, hex.

    The id is the middle part of the code and has 130 random bits: it cannot be guessed back.
    """
    return hashlib.sha256(f"{lesson}:{token_id}".encode()).hexdigest()


def feed_sequence(lesson_id: int) -> int:
    """Give the last number of a lesson's change feed; read it before what it shall cover."""
    return db.session.scalars(select(Lesson.feed_sequence).where(Lesson.id == lesson_id)).one()


def list_roster(
    lesson_id: int, lesson: str, only: Iterable[int] | None = None
) -> list[RosterEntry]:
    """List everybody with a place or a wish for one, by number; or just `only` (attendee keys)."""
    statement = _people(lesson_id).add_columns(Ticket.token_id)
    statement = statement.outerjoin(
        Ticket, and_(Ticket.attendee_id == Attendee.id, Ticket.revoked_at.is_(None))
    ).order_by(Attendee.sequence)
    if only is not None:
        statement = statement.where(Attendee.id.in_(list(only)))
    return [_entry(row, lesson) for row in db.session.execute(statement)]


def _people(lesson_id: int) -> Select[*tuple[Any, ...]]:
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


def _entry(row: Row[Any], lesson: str) -> RosterEntry:
    return RosterEntry(
        public_id=row.public_id,
        name_masked=mask_name(row.name),
        enterprise=row.enterprise,
        phone_masked=phones.mask(sealing.unseal(row.sealed_phone)),
        channel=row.channel,
        state=row.state,
        code_hash=code_hash(lesson, row.token_id) if row.token_id else "",
        credit=row.credit or Credit.ABSENT,
        first_in_at=row.first_in_at,
        is_inside=bool(row.is_inside),
        is_conflict=bool(row.is_conflict),
    )


def count(lesson_id: int) -> Counter:
    """Count a lesson: expected are the confirmed ones on site (all, when nobody is on site)."""
    came = Attendance.credit.in_(CAME)
    row = db.session.execute(
        select(
            Lesson.feed_sequence,
            _number_of(Attendee.channel == Channel.ONSITE).label("onsite"),
            _number_of(and_(Attendee.channel == Channel.ONSITE, came)).label("onsite_came"),
            func.count(Attendee.id).label("all"),
            _number_of(came).label("all_came"),
            _number_of(Attendance.is_inside).label("inside"),
            _number_of(Attendance.is_conflict).label("conflicts"),
        )
        .outerjoin(
            Attendee,
            and_(
                Attendee.training_id == Lesson.training_id,
                Attendee.state == AttendeeState.CONFIRMED,
            ),
        )
        .outerjoin(
            Attendance,
            and_(Attendance.attendee_id == Attendee.id, Attendance.lesson_id == Lesson.id),
        )
        .where(Lesson.id == lesson_id)
        .group_by(Lesson.feed_sequence)
    ).one()
    return Counter(
        expected=row.onsite or row.all,
        arrived=row.onsite_came if row.onsite else row.all_came,
        inside=row.inside,
        conflicts=row.conflicts,
        sequence=row.feed_sequence,
    )


def _number_of(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


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
    return _people(lesson_id).order_by(usual, Attendee.name, Attendee.sequence)


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
