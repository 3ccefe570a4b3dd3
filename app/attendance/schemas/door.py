"""Scans, searches, undo and corrections: what is sent, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from app.attendance.commands.decisions import Decided
from app.attendance.commands.scans import MOST_SCANS, Outcome, Scan
from app.attendance.models import Credit, Direction, Verdict
from app.attendance.queries.lookups import Card
from app.attendance.queries.search import Hit
from app.attendance.rules.notes import NOTES
from app.attendance.rules.wording import MESSAGES, MISMATCH
from app.kit.forms import Input, refuse
from app.kit.texts import translate as _
from app.registrations.models import AttendeeState
from app.trainings.models import Channel

LONGEST_CODE = 4300  # more than any QR code can hold
Uid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Reason = Annotated[str, StringConstraints(min_length=2, max_length=300)]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{26}$")]


class ScanIn(Input):
    """One scan: by `code`, or by `attendee` when the person was found by name or phone.

    Both, when the person was chosen from those of a group: `code` is then the group's.
    """

    uid: Uid
    code: Annotated[str, StringConstraints(max_length=LONGEST_CODE)] = ""
    attendee: Id | None = None
    direction: Annotated[Direction, Field(strict=False)] = Direction.IN
    occurred_at: AwareDatetime
    sequence: Annotated[int, Field(ge=0, le=2_147_483_647)] | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if not self.code and not self.attendee:
            raise refuse("code_or_attendee", _("请给出参训码或参训人员编号"))
        return self

    @property
    def value(self) -> Scan:
        return Scan(
            uid=self.uid,
            code=self.code,
            attendee=self.attendee or "",
            direction=self.direction,
            occurred_at=self.occurred_at,
            sequence=self.sequence,
        )


class ScansIn(Input):
    """Up to 500 scans of one lesson, in any order."""

    scans: Annotated[list[ScanIn], Field(min_length=1, max_length=MOST_SCANS)]


class AttendeeOut(BaseModel):
    """A person as the desk sees them."""

    id: str
    name: str
    enterprise: str
    phone_masked: str
    channel: Channel


class ScanOut(BaseModel):
    """The answer to one scan."""

    uid: str
    verdict: Verdict | Literal["uid_mismatch"]
    replayed: bool
    attendee: AttendeeOut | None
    first_in_at: datetime | None
    first_in_desk: str | None
    conflict: bool
    message: str


class ScansOut(BaseModel):
    """The answers in the order of the scans, and the server's time for devices to compare."""

    results: list[ScanOut]
    server_time: datetime


class SearchIn(Input):
    """A part of the name, or the last digits of the phone; in the body, not in the address."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=60)]


class HitOut(BaseModel):
    """One person found."""

    attendee: AttendeeOut
    state: AttendeeState
    first_in_at: datetime | None
    inside: bool


class HitsOut(BaseModel):
    """At most 20 people."""

    items: list[HitOut]


class UndoIn(Input):
    """Take the scan `target` out of account."""

    uid: Uid
    target: Uid
    reason: Reason


class CorrectionIn(Input):
    """Set what the lesson counts for an attendee."""

    attendee: Id
    credit: Annotated[Credit, Field(strict=False)]
    reason: Reason


class DecidedOut(BaseModel):
    """The record of the attendee after a decision."""

    attendee: str
    credit: Credit
    minutes: int
    first_in_at: datetime | None
    inside: bool
    conflict: bool
    corrected: bool
    replayed: bool


def scan_out(outcome: Outcome) -> ScanOut:
    """Write the answer to one scan in the language of whoever asks."""
    card = outcome.card
    return ScanOut.model_construct(
        uid=outcome.uid,
        verdict=MISMATCH if outcome.verdict == MISMATCH else Verdict(outcome.verdict),
        replayed=outcome.is_replayed,
        attendee=None if card is None else attendee_out(card),
        first_in_at=outcome.first_in_at,
        first_in_desk=outcome.first_in_desk or None,
        conflict=outcome.is_conflict,
        message=str(NOTES[outcome.note] if outcome.note else MESSAGES[outcome.verdict]),
    )


def attendee_out(card: Card) -> AttendeeOut:
    """Write what a desk is shown about a person."""
    return AttendeeOut.model_construct(
        id=card.public_id,
        name=card.name,
        enterprise=card.enterprise,
        phone_masked=card.phone_masked,
        channel=card.channel,
    )


def hit_out(hit: Hit) -> HitOut:
    """Write one person found at the door."""
    return HitOut(
        attendee=attendee_out(hit.card),
        state=hit.state,
        first_in_at=hit.first_in_at,
        inside=hit.is_inside,
    )


def decided_out(decided: Decided) -> DecidedOut:
    """Write the record after a decision."""
    record = decided.record
    return DecidedOut(
        attendee=decided.attendee,
        credit=record.credit,
        minutes=record.minutes,
        first_in_at=record.first_in_at,
        inside=record.is_inside,
        conflict=record.is_conflict,
        corrected=record.is_corrected,
        replayed=decided.is_replayed,
    )
