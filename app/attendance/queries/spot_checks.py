"""Reads who checked in alone in a lesson, and what is known of them since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select

from app.attendance.models import Fact, FactKind
from app.attendance.rules.spot_checks import (
    Finding,
    Suspect,
    Trace,
    draw,
    finding,
    own_entries,
    with_shared_phones,
)
from app.attendance.rules.verdicts import COUNTED
from app.enterprises.models import Enterprise
from app.kit.database import db
from app.registrations.models import Attendee


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One person of a draw."""

    attendee: str  # public id
    name: str
    enterprise: str
    checked_in_at: datetime
    is_shared: bool
    finding: Finding


def list_drawn(lesson_id: int, lesson: str, *, number: int, upto: int) -> list[Drawn]:
    """List a draw among those who stood in the feed at `upto`, with what came of it since."""
    rows = _rows(lesson_id)
    known = {row.attendee: row for row in rows}
    suspects = with_shared_phones(_traces(rows))
    drawn = draw(suspects, lesson=lesson, number=number, upto=upto)
    return [_drawn(suspect, known[suspect.attendee]) for suspect in drawn]


def find_suspect(lesson_id: int, attendee: str) -> Suspect | None:
    """Give somebody who checked in alone, by public id."""
    found = _traces(_rows(lesson_id, attendee))
    traces = found.get(attendee)
    return None if traces is None else Suspect(attendee=attendee, traces=traces)


def _rows(lesson_id: int, attendee: str = "") -> Sequence[Row[Any]]:
    alone = select(Fact.attendee_id).where(
        Fact.lesson_id == lesson_id,
        Fact.kind == FactKind.SELF_CHECKIN,
        Fact.verdict.in_(COUNTED),
    )
    statement: Select[*tuple[Any, ...]] = (
        select(
            Fact.uid,
            Fact.kind,
            Fact.direction,
            Fact.sequence,
            Fact.effective_at,
            Fact.target_uid,
            Fact.answer,
            Attendee.public_id.label("attendee"),
            Attendee.name,
            Enterprise.name.label("enterprise"),
        )
        .join(Attendee, Attendee.id == Fact.attendee_id)
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .where(
            Fact.lesson_id == lesson_id,
            Fact.attendee_id.in_(alone),
            or_(Fact.verdict.is_(None), Fact.verdict.in_(COUNTED)),
        )
        .order_by(Fact.sequence)
    )
    if attendee:
        statement = statement.where(Attendee.public_id == attendee)
    return db.session.execute(statement).all()


def _traces(rows: Sequence[Row[Any]]) -> dict[str, list[Trace]]:
    found: dict[str, list[Trace]] = defaultdict(list)
    for row in rows:
        found[row.attendee].append(_trace(row))
    return found


def _trace(row: Row[Any]) -> Trace:
    answer: Mapping[str, Any] = row.answer
    return Trace(
        uid=row.uid,
        kind=row.kind,
        direction=row.direction,
        sequence=row.sequence,
        effective_at=row.effective_at,
        target_uid=row.target_uid,
        browser=str(answer.get("browser", "")),
    )


def _drawn(suspect: Suspect, row: Row[Any]) -> Drawn:
    entries = own_entries(suspect.traces) or [
        trace for trace in suspect.traces if trace.kind is FactKind.SELF_CHECKIN
    ]
    return Drawn(
        attendee=suspect.attendee,
        name=row.name,
        enterprise=row.enterprise,
        checked_in_at=min(trace.effective_at for trace in entries),
        is_shared=suspect.is_shared,
        finding=finding(suspect),
    )
