"""Roster, change feed and counter of a lesson, as programs get them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.attendance.models import Credit, Direction, FactKind, Verdict
from app.attendance.queries.desks import Post
from app.attendance.queries.feed import MOST_CHANGES, Change
from app.attendance.queries.roster import Counter, LessonFacts, Roster, RosterEntry
from app.attendance.rules.roster_boxes import Box
from app.kit.forms import Input
from app.kit.letterbox import Slot
from app.registrations.models import AttendeeState
from app.trainings.models import Channel, TrainingState


class EntryOut(BaseModel):
    """A person as a device may keep it; `box` opens with the ticket found by `lookup`.

    docs/desks.md tells how keys and look-ups are made. Both are empty without a living ticket.
    """

    id: str
    lookup: str
    box: str
    channel: Channel
    state: AttendeeState
    credit: Credit
    first_in_at: datetime | None
    first_in_desk: str | None
    inside: bool
    conflict: bool


class LessonOut(BaseModel):
    """The lesson of a roster, when its check-in is open, and the state of its training."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    state: TrainingState


class DeskOut(BaseModel):
    """The desk that asks."""

    id: str
    label: str
    may_search: bool
    expires_at: datetime


class LetterboxOut(BaseModel):
    """Where a device seals what it writes down about people: a P-256 point (base64url)."""

    kid: str
    key: str


class BoxOut(BaseModel):
    """A box that a group code opens; only registrations of several people have one."""

    lookup: str
    box: str


class RosterOut(BaseModel):
    """Everybody of a lesson, as of `sequence` or a little later: apply the changes after it.

    `desk` is null for programs of staff, `search` for all but desks that may search by name.
    """

    lesson: LessonOut
    desk: DeskOut | None
    sequence: int
    server_time: datetime
    letterbox: LetterboxOut
    attendees: list[EntryOut]
    revoked: list[str]
    search: str | None


class GroupsOut(BaseModel):
    """The boxes of all group codes of a lesson: everybody in them lies in the roster as well."""

    groups: list[BoxOut]


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
    desk_id: str
    target_uid: str | None
    flags: list[str]


class ChangeOut(BaseModel):
    """One number of the feed; `attendee` is the person's state now, null for unknown codes."""

    sequence: int
    kind: Literal["fact", "roster"]
    at: datetime
    fact: FactOut | None
    attendee: EntryOut | None


class ChangesOut(BaseModel):
    """A page of the feed: ask again after `sequence`; at once when there is more.

    `lesson` is as it stands now: a training may be moved or called off while desks are open.
    """

    items: list[ChangeOut]
    sequence: int
    more: bool
    lesson: LessonOut


class CounterOut(BaseModel):
    """How many are expected, have come, are missing, are inside now."""

    expected: int
    arrived: int
    missing: int
    inside: int
    conflicts: int
    sequence: int


def entry_out(entry: RosterEntry) -> EntryOut:
    """Write an entry of the roster."""
    return EntryOut.model_construct(
        id=entry.public_id,
        lookup=entry.lookup,
        box=entry.box,
        channel=entry.channel,
        state=entry.state,
        credit=entry.credit,
        first_in_at=entry.first_in_at,
        first_in_desk=entry.first_in_desk or None,
        inside=entry.is_inside,
        conflict=entry.is_conflict,
    )


def lesson_out(facts: LessonFacts) -> LessonOut:
    """Write the lesson of a roster."""
    return LessonOut(
        id=facts.public_id,
        title=facts.title,
        starts_at=facts.span.starts_at,
        ends_at=facts.span.ends_at,
        opens_at=facts.span.opens_at,
        closes_at=facts.span.closes_at,
        state=facts.state,
    )


def desk_out(post: Post) -> DeskOut | None:
    """Write the desk that asks; None for programs of staff."""
    if post.desk_id is None or post.expires_at is None:
        return None
    return DeskOut(
        id=post.desk, label=post.label, may_search=post.may_search, expires_at=post.expires_at
    )


def roster_out(
    facts: LessonFacts,
    roster: Roster,
    *,
    post: Post,
    letterbox: Slot,
    search: str | None,
    now: datetime,
) -> RosterOut:
    """Write the roster for the desk that asks."""
    return RosterOut.model_construct(
        lesson=lesson_out(facts),
        desk=desk_out(post),
        sequence=facts.sequence,
        server_time=now,
        letterbox=LetterboxOut(kid=letterbox.kid, key=letterbox.key),
        attendees=[entry_out(entry) for entry in roster.entries],
        revoked=list(roster.revoked),
        search=search,
    )


def groups_out(groups: Iterable[Box]) -> GroupsOut:
    """Write the boxes of groups."""
    return GroupsOut.model_construct(
        groups=[BoxOut(lookup=group.lookup, box=group.content) for group in groups]
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
            desk_id=fact.desk_id,
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
