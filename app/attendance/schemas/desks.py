"""How a phone becomes a desk, and what a desk says of itself every half minute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from app.attendance.models import Desk
from app.attendance.queries.conflicts import Conflict
from app.attendance.queries.roster import RosterEntry
from app.attendance.schemas.feed import EntryOut, entry_out
from app.kit.forms import Input

MOST_QUEUED = 1_000_000


class BecomeIn(Input):
    """The invitation that stood in the QR code."""

    invitation: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class NewDeskOut(BaseModel):
    """A new desk and its token, which is told only now."""

    desk: str
    token: str
    label: str
    lesson: str
    expires_at: datetime
    may_search: bool


class HeartbeatIn(Input):
    """How many entries wait to be sent, and what the device's clock says."""

    queue_length: Annotated[int, Field(ge=0, le=MOST_QUEUED)]
    device_time: AwareDatetime


class HeartbeatOut(BaseModel):
    """What a desk compares itself with; programs of staff have no end and no list of names."""

    server_time: datetime
    sequence: int
    expires_at: datetime | None
    may_search: bool


def desk_out(desk: Desk, *, lesson: str, token: str) -> NewDeskOut:
    """Write a desk for the phone that became one."""
    return NewDeskOut(
        desk=desk.public_id,
        token=token,
        label=desk.label,
        lesson=lesson,
        expires_at=desk.expires_at,
        may_search=desk.may_search,
    )


class SeenOut(BaseModel):
    """One entry: at which desk, and when."""

    uid: str
    desk: str
    effective_at: datetime


class ConflictOut(BaseModel):
    """A person and the entries that contradict each other."""

    attendee: EntryOut
    facts: list[SeenOut]


class ConflictsOut(BaseModel):
    """What nobody has settled yet."""

    items: list[ConflictOut]


def conflicts_out(found: Sequence[Conflict], entries: Iterable[RosterEntry]) -> ConflictsOut:
    """Write conflicts with the people as the roster has them."""
    people = {entry.public_id: entry_out(entry) for entry in entries}
    return ConflictsOut(
        items=[
            ConflictOut(
                attendee=people[one.attendee],
                facts=[
                    SeenOut(uid=seen.uid, desk=seen.desk, effective_at=seen.effective_at)
                    for seen in one.seen
                ],
            )
            for one in found
        ]
    )
