"""Reads who was let in at two desks of a lesson, with both entries, until it is settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.attendance.models import Attendance, Desk
from app.attendance.queries.lookups import list_facts
from app.attendance.rules.conflicts import Clash, clashes_in
from app.attendance.rules.folding import FactValue
from app.enterprises.models import Enterprise
from app.kit.database import db
from app.registrations.models import Attendee


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One entry: where and when somebody came in."""

    uid: str
    desk: str
    effective_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One person and the entries that contradict each other, in pairs."""

    attendee_id: int
    attendee: str  # public id
    name: str
    enterprise: str
    pairs: Sequence[tuple[Seen, Seen]]

    @property
    def seen(self) -> list[Seen]:
        """Each entry once, in the order of the instants."""
        every = {one.uid: one for pair in self.pairs for one in pair}
        return sorted(every.values(), key=lambda one: (one.effective_at, one.uid))


def count_conflicts(lesson_id: int) -> int:
    """Count the people of a lesson with a conflict."""
    conflicting = Attendance.lesson_id == lesson_id, Attendance.is_conflict.is_(True)
    return db.session.scalars(select(func.count(Attendance.id)).where(*conflicting)).one()


def list_conflicts(lesson_id: int) -> list[Conflict]:
    """List the people of a lesson with a conflict, by their numbers."""
    rows = db.session.execute(
        select(Attendee.id, Attendee.public_id, Attendee.name, Enterprise.name.label("enterprise"))
        .join(Attendance, Attendance.attendee_id == Attendee.id)
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .where(Attendance.lesson_id == lesson_id, Attendance.is_conflict.is_(True))
        .order_by(Attendee.sequence, Attendee.id)
    ).all()
    facts_of = list_facts(lesson_id, [row.id for row in rows]) if rows else {}
    labels = _labels(lesson_id) if rows else {}
    return [
        Conflict(
            attendee_id=row.id,
            attendee=row.public_id,
            name=row.name,
            enterprise=row.enterprise,
            pairs=[_pair(clash, labels) for clash in clashes_in(facts_of[row.id])],
        )
        for row in rows
    ]


def _labels(lesson_id: int) -> dict[int, str]:
    rows = db.session.execute(select(Desk.id, Desk.label).where(Desk.lesson_id == lesson_id))
    return {row.id: row.label for row in rows}


def _pair(clash: Clash, labels: Mapping[int, str]) -> tuple[Seen, Seen]:
    return _seen(clash.first, labels), _seen(clash.later, labels)


def _seen(fact: FactValue, labels: Mapping[int, str]) -> Seen:
    return Seen(
        uid=fact.uid, desk=labels.get(fact.desk_id or 0, ""), effective_at=fact.effective_at
    )
