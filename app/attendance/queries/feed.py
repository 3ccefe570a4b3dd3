"""Reads a lesson's change feed: facts and changes of the roster under one gapless numbering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.attendance.models import Desk, Direction, Fact, FactKind, Verdict
from app.attendance.queries.roster import LessonFacts, RosterEntry, get_facts, list_roster
from app.kit.database import db
from app.registrations.models import RosterChange

MOST_CHANGES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFact:
    """What happened, without what identifies the ticket."""

    uid: str
    kind: FactKind
    direction: Direction | None
    verdict: Verdict | None
    occurred_at: datetime
    effective_at: datetime
    desk: str
    desk_id: str  # public id
    target_uid: str | None
    flags: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One number of the feed: a fact, or a change of somebody's place; with the present state."""

    sequence: int
    at: datetime
    fact: SeenFact | None
    attendee: RosterEntry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """A page of the feed; ask again after `sequence` while `has_more`."""

    items: Sequence[Change]
    sequence: int
    has_more: bool
    lesson: LessonFacts


def list_changes(lesson_id: int, lesson: str, *, after: int, limit: int = MOST_CHANGES) -> Changes:
    """List at most `limit` changes numbered above `after`, none missing, in their order.

    The end is read first: numbers up to it are committed, later ones wait for the next page.
    """
    about = get_facts(lesson_id)
    end = min(about.sequence, after + limit)
    facts = _facts(lesson_id, after, end)
    moves = _moves(lesson_id, after, end)
    keys = {key for key, _ in [*facts.values(), *moves.values()] if key is not None}
    people = _people(lesson_id, lesson, keys)
    items = [
        Change(sequence=number, at=fact.effective_at, fact=fact, attendee=people.get(key or 0))
        for number, (key, fact) in facts.items()
    ] + [
        Change(sequence=number, at=at, fact=None, attendee=people.get(key or 0))
        for number, (key, at) in moves.items()
    ]
    items.sort(key=lambda change: change.sequence)
    last = max(end, after)
    return Changes(items=items, sequence=last, has_more=end == after + limit, lesson=about)


def _facts(lesson_id: int, after: int, end: int) -> dict[int, tuple[int | None, SeenFact]]:
    rows = db.session.execute(
        select(Fact, Desk.label, Desk.public_id)
        .outerjoin(Desk, Desk.id == Fact.desk_id)
        .where(Fact.lesson_id == lesson_id, Fact.sequence > after, Fact.sequence <= end)
        .order_by(Fact.sequence)
    )
    return {
        fact.sequence: (
            fact.attendee_id,
            SeenFact(
                uid=fact.uid,
                kind=fact.kind,
                direction=fact.direction,
                verdict=fact.verdict,
                occurred_at=fact.occurred_at,
                effective_at=fact.effective_at,
                desk=label or "",
                desk_id=desk_id or "",
                target_uid=fact.target_uid,
                flags=fact.flags,
            ),
        )
        for fact, label, desk_id in rows
    }


def _moves(lesson_id: int, after: int, end: int) -> dict[int, tuple[int | None, datetime]]:
    rows = db.session.scalars(
        select(RosterChange)
        .where(
            RosterChange.lesson_id == lesson_id,
            RosterChange.sequence > after,
            RosterChange.sequence <= end,
        )
        .order_by(RosterChange.sequence)
    )
    return {row.sequence: (row.attendee_id, row.at) for row in rows}


def _people(lesson_id: int, lesson: str, keys: set[int]) -> Mapping[int, RosterEntry]:
    if not keys:
        return {}
    return {entry.attendee_id: entry for entry in list_roster(lesson_id, lesson, only=keys)}
