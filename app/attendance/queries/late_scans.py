"""Reads scans that came too late: whose ticket it was, from which desk, and what was decided."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, select

from app.accounts.models import Staff
from app.attendance.models import Desk, Direction, Fact, LateScan
from app.attendance.queries.lookups import Card, Holder, look_up
from app.attendance.rules.verdicts import code_in
from app.kit import tokens
from app.kit.database import db
from app.trainings.models import Lesson

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEntry:
    """A late scan as a person reads it; `who` is None for codes that are not of this training."""

    row: LateScan
    desk: str
    decided_by: str
    direction: Direction
    who: Card | None
    is_elsewhere: bool  # a genuine ticket, of another training
    is_by_name: bool
    undone: str  # the reason for which it was taken back on the phone


def count_waiting(lesson_id: int) -> int:
    """Count the late scans of a lesson that nobody has decided about."""
    counted = select(func.count(LateScan.id)).where(*_waiting(lesson_id))
    return db.session.scalars(counted).one()


def list_waiting(lesson: Lesson) -> list[LateEntry]:
    """List at most 100 late scans that wait, by their instants."""
    wanted = _rows().where(*_waiting(lesson.id)).order_by(LateScan.occurred_at, LateScan.uid)
    return _entries(lesson, wanted)


def list_decided(lesson: Lesson) -> list[LateEntry]:
    """List at most 100 late scans that were decided about, the last decision first."""
    decided = (LateScan.lesson_id == lesson.id, LateScan.decided_at.is_not(None))
    wanted = _rows().where(*decided).order_by(LateScan.decided_at.desc(), LateScan.id)
    return _entries(lesson, wanted)


def _waiting(lesson_id: int) -> tuple[ColumnElement[bool], ...]:
    """Leave out what the ledger knows by now, because its desk came back."""
    is_known = exists().where(Fact.lesson_id == LateScan.lesson_id, Fact.uid == LateScan.uid)
    return LateScan.lesson_id == lesson_id, LateScan.decided_at.is_(None), ~is_known


def _rows() -> Select[LateScan, str, str]:
    return (
        select(LateScan, Desk.label, Staff.name)
        .join(Desk, Desk.id == LateScan.desk_id)
        .outerjoin(Staff, Staff.id == LateScan.decided_by_id)
        .limit(MOST_SHOWN)
    )


def _entries(lesson: Lesson, wanted: Select[LateScan, str, str]) -> list[LateEntry]:
    rows = db.session.execute(wanted).all()
    contents = [json.loads(row.LateScan.content) for row in rows]
    ids = [tokens.read(code_in(one["code"]), tokens.Purpose.TICKET) or "" for one in contents]
    by_token, by_attendee = _holders(lesson, ids, [one["attendee"] for one in contents])
    entries = []
    for row, content, token_id in zip(rows, contents, ids, strict=True):
        holder = by_attendee.get(content["attendee"]) or by_token.get(token_id)
        is_here = holder is not None and holder.place.training_id == lesson.training_id
        entries.append(
            LateEntry(
                row=row.LateScan,
                desk=row.label,
                decided_by=row.name or "",
                direction=Direction(content["direction"]),
                who=holder.card if holder is not None and is_here else None,
                is_elsewhere=holder is not None and not is_here,
                is_by_name=bool(content["attendee"]),
                undone=content.get("undone", ""),
            )
        )
    return entries


def _holders(
    lesson: Lesson, token_ids: Sequence[str], attendees: Sequence[str]
) -> tuple[dict[str, Holder], dict[str, Holder]]:
    found = look_up(
        organisation_id=lesson.organisation_id,
        lesson_id=lesson.id,
        uids=[],
        tokens=[token_id for token_id in token_ids if token_id],
        attendees=[attendee for attendee in attendees if attendee],
    )
    return dict(found.by_token), dict(found.by_attendee)
