"""Reads what happened with one attendee in a lesson, fact by fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import Staff
from app.attendance.models import Desk, Fact, FactKind
from app.kit.database import db
from app.registrations.models import Attendee


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFact:
    """A fact as a person reads it."""

    fact: Fact
    desk: str
    staff: str
    is_undone: bool

    @property
    def may_be_undone(self) -> bool:
        return not self.is_undone and self.fact.kind is not FactKind.UNDO


def list_history(lesson_id: int, attendee: str) -> Sequence[PastFact]:
    """List the facts of one attendee (public id) in a lesson, as they came in."""
    rows = db.session.execute(
        select(Fact, Desk.label, Staff.name)
        .join(Attendee, Attendee.id == Fact.attendee_id)
        .outerjoin(Desk, Desk.id == Fact.desk_id)
        .outerjoin(Staff, Staff.id == Fact.staff_id)
        .where(Fact.lesson_id == lesson_id, Attendee.public_id == attendee)
        .order_by(Fact.sequence)
    ).all()
    undone = {row.Fact.target_uid for row in rows if row.Fact.kind is FactKind.UNDO}
    return [
        PastFact(
            fact=row.Fact,
            desk=row.label or "",
            staff=row.name or "",
            is_undone=row.Fact.uid in undone,
        )
        for row in rows
    ]
