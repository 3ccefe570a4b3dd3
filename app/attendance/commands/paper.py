"""Enters a signed sheet: only what is different from before becomes facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from app.attendance.commands import ledger
from app.attendance.commands.logs import ensure_open
from app.attendance.errors import NotOnTheList
from app.attendance.models import Direction, FactKind
from app.attendance.queries.lookups import list_facts, look_up
from app.attendance.queries.paper import standing_facts
from app.attendance.rules.folding import FactValue
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit import sealing
from app.kit.database import db
from app.kit.ids import new_uuid
from app.registrations.models import Attendee, AttendeeState

CHANGED = "重新录入纸质签到表"  # a stored reason, in the source language like what people type


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the sheet says of one attendee (public id): nothing, an entry, an entry and an exit."""

    attendee: str
    in_at: datetime | None = None
    out_at: datetime | None = None


def enter(
    lesson_id: int, entries: Sequence[Entry], *, staff_id: int, by: Actor, now: datetime
) -> int:
    """Make the record agree with the sheet; give how many people it changed for.

    NotOnTheList when somebody is not a confirmed attendee, AttendanceLocked when the training is
    closed. Entering the same again changes nothing.
    """
    book = ensure_open(lesson_id)
    people = _people(book.door.training_id, entries)
    facts_of = list_facts(lesson_id, [key for key, _ in people.values()])
    drafts: list[dict[str, Any]] = []
    touched: set[int] = set()
    for entry in entries:
        attendee_id, state = people[entry.attendee]
        changes = list(_changes(entry, facts_of[attendee_id], staff_id=staff_id, now=now))
        if not changes:
            continue
        if entry.in_at is not None and state is not AttendeeState.CONFIRMED:
            raise NotOnTheList
        touched.add(attendee_id)
        facts_of[attendee_id] += changes
        drafts += [_draft(value, attendee_id) for value in changes]
    if not drafts:
        return 0
    head = look_up(organisation_id=book.organisation_id, lesson_id=lesson_id, uids=[]).head
    book = ledger.open_book(lesson_id, len(drafts))
    ledger.append(book, head, drafts)
    ledger.refold(book, {who: facts_of[who] for who in touched}, now=now)
    audit.record(
        "attendance.paper_entered",
        by=by,
        now=now,
        subject_kind="lesson",
        subject_id=book.public_id,
        organisation_id=book.organisation_id,
        people=len(touched),
        facts=len(drafts),
    )
    return len(touched)


def _people(training_id: int, entries: Sequence[Entry]) -> dict[str, tuple[int, AttendeeState]]:
    wanted = {entry.attendee for entry in entries}
    rows = db.session.execute(
        select(Attendee.public_id, Attendee.id, Attendee.state).where(
            Attendee.training_id == training_id, Attendee.public_id.in_(wanted)
        )
    )
    found = {row.public_id: (row.id, row.state) for row in rows}
    if set(found) != wanted:
        raise NotOnTheList
    return found


def _changes(
    entry: Entry, facts: Sequence[FactValue], *, staff_id: int, now: datetime
) -> list[FactValue]:
    papers = [fact for fact in standing_facts(facts) if fact.kind is FactKind.PAPER]
    # as they come back from the database: records quote instants
    came, left = (at and at.astimezone(UTC) for at in (entry.in_at, entry.out_at))
    wanted = {Direction.IN: came, Direction.OUT: left if came else None}
    changes = []
    for fact in papers:
        direction = fact.direction or Direction.IN
        if wanted[direction] == fact.effective_at:
            wanted[direction] = None
        else:
            changes.append(_undoing(fact, staff_id=staff_id, now=now))
    return changes + [
        _seen(direction, at, staff_id=staff_id, now=now) for direction, at in wanted.items() if at
    ]


def _undoing(fact: FactValue, *, staff_id: int, now: datetime) -> FactValue:
    return FactValue(
        uid=f"undo-{fact.uid}",
        kind=FactKind.UNDO,
        effective_at=now,
        received_at=now,
        staff_id=staff_id,
        target_uid=fact.uid,
        reason=CHANGED,
    )


def _seen(direction: Direction, at: datetime, *, staff_id: int, now: datetime) -> FactValue:
    return FactValue(
        uid=f"paper:{new_uuid()}",
        kind=FactKind.PAPER,
        direction=direction,
        effective_at=at,
        received_at=now,
        staff_id=staff_id,
    )


def _draft(value: FactValue, attendee_id: int) -> dict[str, Any]:
    content = (
        f"{attendee_id}\n{value.direction}\n{value.effective_at.isoformat()}\n{value.target_uid}"
    )
    return ledger.draft_of(
        value, attendee_id=attendee_id, payload_hash=sealing.lookup(content, value.kind.value)
    )
