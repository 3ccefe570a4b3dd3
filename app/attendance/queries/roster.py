"""Reads who is expected at a lesson: the roster that a phone keeps, and the counter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, select

from app.attendance.models import Attendance, Credit, Desk
from app.attendance.queries.search import people_of
from app.attendance.rules.roster_boxes import Box, Known, group_box, ticket_box, ticket_lookup
from app.attendance.rules.verdicts import Span
from app.kit import phones, sealing
from app.kit.database import db
from app.registrations.models import Attendee, AttendeeState, Registration, Ticket
from app.registrations.rules import LIVE
from app.trainings.models import Channel, Lesson, Training, TrainingState

CAME = (Credit.PRESENT, Credit.PARTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One person as a device may keep it: who it is stands in the box of their ticket."""

    attendee_id: int
    public_id: str
    lookup: str  # empty, like the box, when there is no living ticket
    box: str
    channel: Channel
    state: AttendeeState
    credit: Credit
    first_in_at: datetime | None
    first_in_desk: str
    is_inside: bool
    is_conflict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everybody of a lesson; `people` are for the box of desks that may search."""

    entries: Sequence[RosterEntry]
    revoked: Sequence[str]
    people: Sequence[Known]


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
class LessonFacts:
    """A lesson as a desk needs it; `sequence` is the end of its feed at that moment."""

    public_id: str
    title: str
    span: Span
    state: TrainingState
    sequence: int


def get_facts(lesson_id: int) -> LessonFacts:
    """Give what a roster says about its lesson; read it before the people it shall cover."""
    row = db.session.execute(
        select(
            Lesson.public_id,
            Lesson.title,
            Lesson.starts_at,
            Lesson.ends_at,
            Lesson.feed_sequence,
            Training.state,
            Training.title.label("training"),
        )
        .join(Training, Training.id == Lesson.training_id)
        .where(Lesson.id == lesson_id)
    ).one()
    return LessonFacts(
        public_id=row.public_id,
        title=" · ".join(part for part in (row.training, row.title) if part),
        span=Span(starts_at=row.starts_at, ends_at=row.ends_at),
        state=row.state,
        sequence=row.feed_sequence,
    )


def feed_sequence(lesson_id: int) -> int:
    """Give the last number of a lesson's change feed; read it before what it shall cover."""
    return db.session.scalars(select(Lesson.feed_sequence).where(Lesson.id == lesson_id)).one()


def get_roster(lesson_id: int, lesson: str) -> Roster:
    """Give everybody with a place or a wish for one, by number, in two statements."""
    rows = db.session.execute(_ticketed(lesson_id)).all()
    known = [_known(row) for row in rows]
    return Roster(
        entries=[_entry(row, one, lesson) for row, one in zip(rows, known, strict=True)],
        revoked=[ticket_lookup(lesson, token_id) for token_id in _revoked(lesson_id)],
        people=[one for row, one in zip(rows, known, strict=True) if row.state in LIVE],
    )


def list_groups(lesson_id: int, lesson: str) -> list[Box]:
    """Close those who still count into a box for each registration of more than one."""
    parties: dict[str, list[tuple[Row[Any], Known]]] = {}
    for row in db.session.execute(_ticketed(lesson_id)):
        parties.setdefault(row.registration, []).append((row, _known(row)))
    groups = []
    for registration, party in parties.items():
        people = [one for row, one in party if row.state in LIVE]
        if people and len(party) > 1:
            groups.append(group_box(lesson, registration, people))
    return groups


def _revoked(lesson_id: int) -> Sequence[str]:
    return db.session.scalars(
        select(Ticket.token_id)
        .join(Attendee, Attendee.id == Ticket.attendee_id)
        .join(Lesson, Lesson.training_id == Attendee.training_id)
        .where(Lesson.id == lesson_id, Ticket.revoked_at.is_not(None))
        .order_by(Ticket.id)
    ).all()


def list_roster(lesson_id: int, lesson: str, only: Iterable[int]) -> list[RosterEntry]:
    """List some attendees (keys) of a lesson as entries of its roster, by number."""
    some = _ticketed(lesson_id).where(Attendee.id.in_(list(only)))
    return [_entry(row, _known(row), lesson) for row in db.session.execute(some)]


def _ticketed(lesson_id: int) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        people_of(lesson_id)
        .add_columns(
            Ticket.token_id,
            Registration.public_id.label("registration"),
            Desk.label.label("first_in_desk"),
        )
        .join(Registration, Registration.id == Attendee.registration_id)
        .outerjoin(Ticket, and_(Ticket.attendee_id == Attendee.id, Ticket.revoked_at.is_(None)))
        .outerjoin(Desk, Desk.id == Attendance.first_in_desk_id)
        .order_by(Attendee.sequence)
    )
    return statement


def _known(row: Row[Any]) -> Known:
    return Known(
        attendee=row.public_id,
        name=row.name,
        enterprise=row.enterprise,
        phone_masked=phones.mask(sealing.unseal(row.sealed_phone)),
    )


def _entry(row: Row[Any], person: Known, lesson: str) -> RosterEntry:
    box = ticket_box(lesson, row.token_id, person) if row.token_id else None
    return RosterEntry(
        attendee_id=row.id,
        public_id=row.public_id,
        lookup="" if box is None else box.lookup,
        box="" if box is None else box.content,
        channel=row.channel,
        state=row.state,
        credit=row.credit or Credit.ABSENT,
        first_in_at=row.first_in_at,
        first_in_desk=row.first_in_desk or "",
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
