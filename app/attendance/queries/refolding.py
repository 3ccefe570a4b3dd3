"""Reads all facts of a lesson at once: for folding everybody again, or trying what would change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.attendance.models import Attendance, Credit, Fact
from app.attendance.rules.folding import FactValue, value_of
from app.kit.database import db

FACT: Any = Fact.__table__.c
_FOLDED = tuple(FACT[name] for name in FactValue.__dataclass_fields__)


def list_counted_facts(lesson_id: int) -> dict[int, Sequence[FactValue]]:
    """List the facts of a lesson by attendee (key), of those alone who have one that counts."""
    rows = db.session.execute(
        select(FACT.attendee_id, *_FOLDED)
        .where(FACT.lesson_id == lesson_id, FACT.attendee_id.is_not(None))
        .order_by(FACT.attendee_id, FACT.sequence)
    )
    facts_of: dict[int, list[FactValue]] = {}
    for row in rows:
        facts_of.setdefault(row.attendee_id, []).append(value_of(row))
    return {
        attendee_id: facts
        for attendee_id, facts in facts_of.items()
        if any(fact.is_counted for fact in facts)
    }


def list_credits(lesson_id: int) -> dict[int, Credit]:
    """List what a lesson counts now, by attendee (key)."""
    rows = db.session.execute(
        select(Attendance.attendee_id, Attendance.credit).where(Attendance.lesson_id == lesson_id)
    )
    return {row.attendee_id: row.credit for row in rows}
