"""Roster, change feed and counter of a lesson, as programs get them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.attendance.models import Credit, Direction, FactKind, Verdict
from app.attendance.queries.feed import MOST_CHANGES, Change
from app.attendance.queries.roster import Counter, RosterEntry
from app.kit.forms import Input
from app.registrations.models import AttendeeState
from app.trainings.models import Channel


class RosterEntryOut(BaseModel):
    """A person as a device may keep it.

    `code_hash` is the SHA-256 (hex) of the lesson id, a colon, and the middle part of the code.
    """

    id: str
    name_masked: str
    enterprise: str
    phone_masked: str
    channel: Channel
    state: AttendeeState
    code_hash: str
    credit: Credit
    first_in_at: datetime | None
    inside: bool
    conflict: bool


class LessonOut(BaseModel):
    """The lesson of a roster and when its check-in is open."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime


class RosterOut(BaseModel):
    """Everybody of a lesson, as of `sequence` or a little later: apply the changes after it."""

    lesson: LessonOut
    sequence: int
    attendees: list[RosterEntryOut]
    server_time: datetime


class ChangesQuery(Input):
    """From where the feed is read."""

    after: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_CHANGES)] = MOST_CHANGES


class FactOut(BaseModel):
    """A fact of the feed."""

    uid: str
    kind: FactKind
    direction: Direction | None
    verdict: Verdict | None
    occurred_at: datetime
    effective_at: datetime
    desk: str
    target_uid: str | None
    flags: list[str]


class ChangeOut(BaseModel):
    """One number of the feed; `attendee` is the person's state now, null for unknown codes."""

    sequence: int
    kind: Literal["fact", "roster"]
    at: datetime
    fact: FactOut | None
    attendee: RosterEntryOut | None


class ChangesOut(BaseModel):
    """A page of the feed: ask again after `sequence`; at once when there is more."""

    items: list[ChangeOut]
    sequence: int
    more: bool


class CounterOut(BaseModel):
    """How many are expected, have come, are missing, are inside now."""

    expected: int
    arrived: int
    missing: int
    inside: int
    conflicts: int
    sequence: int


def entry_out(entry: RosterEntry) -> RosterEntryOut:
    """Write an entry of the roster."""
    return RosterEntryOut.model_construct(
        id=entry.public_id,
        name_masked=entry.name_masked,
        enterprise=entry.enterprise,
        phone_masked=entry.phone_masked,
        channel=entry.channel,
        state=entry.state,
        code_hash=entry.code_hash,
        credit=entry.credit,
        first_in_at=entry.first_in_at,
        inside=entry.is_inside,
        conflict=entry.is_conflict,
    )


def change_out(change: Change) -> ChangeOut:
    """Write one number of the feed."""
    fact = change.fact
    return ChangeOut(
        sequence=change.sequence,
        kind="roster" if fact is None else "fact",
        at=change.at,
        fact=None
        if fact is None
        else FactOut(
            uid=fact.uid,
            kind=fact.kind,
            direction=fact.direction,
            verdict=fact.verdict,
            occurred_at=fact.occurred_at,
            effective_at=fact.effective_at,
            desk=fact.desk,
            target_uid=fact.target_uid,
            flags=list(fact.flags),
        ),
        attendee=None if change.attendee is None else entry_out(change.attendee),
    )


def counter_out(counter: Counter) -> CounterOut:
    """Write the counter."""
    return CounterOut(
        expected=counter.expected,
        arrived=counter.arrived,
        missing=counter.missing,
        inside=counter.inside,
        conflicts=counter.conflicts,
        sequence=counter.sequence,
    )
