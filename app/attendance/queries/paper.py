"""Reads the sheet of a lesson as it was printed: what was entered, what the door saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from app.accounts.models import Staff
from app.attendance.models import Attendance, Direction, Fact, FactKind
from app.attendance.queries.lookups import list_facts
from app.attendance.rules.folding import FactValue
from app.enterprises.models import Enterprise
from app.kit.database import db
from app.kit.pages import Page
from app.registrations.models import Attendee, AttendeeState
from app.trainings.models import Lesson

SIZE = 200
DOOR = frozenset({FactKind.DOOR_SCAN, FactKind.SELF_CHECKIN})
APART = timedelta(minutes=15)  # paper and door may differ by a queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """From when until when somebody was there, as far as one source knows."""

    in_at: datetime | None = None
    out_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One numbered line of the sheet."""

    number: int
    attendee: str  # public id
    name: str
    enterprise: str
    is_confirmed: bool
    paper: Stay
    door: Stay

    @property
    def is_apart(self) -> bool:
        """Tell whether paper and door say different things."""
        pairs = (self.paper.in_at, self.door.in_at), (self.paper.out_at, self.door.out_at)
        return any(abs(ours - theirs) > APART for ours, theirs in pairs if ours and theirs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """How much of the paper was entered, and who did so last."""

    people: int
    staff: str
    at: datetime | None


def list_sheet(lesson: Lesson, number: int) -> Page[SheetRow]:
    """List a lesson's people in the order, and with the numbers, of the printed sheet."""
    total = db.session.scalar(select(func.count()).select_from(_people(lesson).subquery())) or 0
    number = min(number, max(1, -(-total // SIZE)))
    first = (number - 1) * SIZE
    rows = db.session.execute(
        _people(lesson).order_by(Attendee.sequence).offset(first).limit(SIZE)
    ).all()
    facts = list_facts(lesson.id, [row.id for row in rows])
    items = [_row(place, row, facts[row.id]) for place, row in enumerate(rows, first + 1)]
    return Page(items=items, total=total, number=number, size=SIZE)


def _people(lesson: Lesson) -> Select[*tuple[Any, ...]]:
    recorded = and_(Attendance.attendee_id == Attendee.id, Attendance.lesson_id == lesson.id)
    return (
        select(
            Attendee.id,
            Attendee.public_id,
            Attendee.name,
            Attendee.state,
            Enterprise.name.label("enterprise"),
        )
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .outerjoin(Attendance, recorded)
        .where(
            Attendee.training_id == lesson.training_id,
            or_(Attendee.state == AttendeeState.CONFIRMED, Attendance.id.is_not(None)),
        )
    )


def _row(number: int, row: Any, facts: Sequence[FactValue]) -> SheetRow:
    standing = standing_facts(facts)
    return SheetRow(
        number=number,
        attendee=row.public_id,
        name=row.name,
        enterprise=row.enterprise,
        is_confirmed=row.state is AttendeeState.CONFIRMED,
        paper=_stay([fact for fact in standing if fact.kind is FactKind.PAPER]),
        door=_stay([fact for fact in standing if fact.kind in DOOR]),
    )


def standing_facts(facts: Sequence[FactValue]) -> list[FactValue]:
    """Keep the facts that count and were not undone."""
    undone = {fact.target_uid for fact in facts if fact.kind is FactKind.UNDO}
    return [fact for fact in facts if fact.is_counted and fact.uid not in undone]


def _stay(facts: Sequence[FactValue]) -> Stay:
    entries = [fact.effective_at for fact in facts if fact.direction is not Direction.OUT]
    exits = [fact.effective_at for fact in facts if fact.direction is Direction.OUT]
    return Stay(in_at=min(entries, default=None), out_at=max(exits, default=None))


def entered(lesson_id: int) -> Entered:
    """Count whose paper stands entered, and say who entered something last."""
    undone = (
        select(Fact.target_uid)
        .where(Fact.lesson_id == lesson_id, Fact.kind == FactKind.UNDO)
        .scalar_subquery()
    )
    people = db.session.scalar(
        select(func.count(Fact.attendee_id.distinct())).where(
            Fact.lesson_id == lesson_id, Fact.kind == FactKind.PAPER, Fact.uid.not_in(undone)
        )
    )
    last = db.session.execute(
        select(Staff.name, Fact.received_at)
        .join(Staff, Staff.id == Fact.staff_id)
        .where(Fact.lesson_id == lesson_id, Fact.kind == FactKind.PAPER)
        .order_by(Fact.sequence.desc())
        .limit(1)
    ).one_or_none()
    return Entered(
        people=people or 0, staff=last.name if last else "", at=last.received_at if last else None
    )
