"""What a desk answers to one scan, asked in the order in which a person would ask."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.attendance.models import Direction, Verdict
from app.registrations.models import AttendeeState
from app.trainings.models import TrainingState

OPENS_BEFORE = timedelta(minutes=120)
CLOSES_AFTER = timedelta(minutes=60)
CLOCK_TOLERANCE = timedelta(minutes=2)

COUNTED = frozenset({Verdict.ADMITTED, Verdict.ALREADY_IN, Verdict.OUT, Verdict.NOT_IN})
LOCKED = frozenset({TrainingState.CLOSED, TrainingState.ACCEPTED})

CLOCK_AHEAD = "clock_ahead"
OUTSIDE_WINDOW = "outside_window"
AFTER_CLOSE = "after_close"
MANUAL = "manual"
LATE_UPLOAD = "late_upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when until when a lesson lasts."""

    starts_at: datetime
    ends_at: datetime

    @property
    def opens_at(self) -> datetime:
        return self.starts_at - OPENS_BEFORE

    @property
    def closes_at(self) -> datetime:
        return self.ends_at + CLOSES_AFTER

    def is_open(self, at: datetime) -> bool:
        """Tell whether check-in is possible at that instant; both ends belong to it."""
        return self.opens_at <= at <= self.closes_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The lesson that is entered, as far as a verdict depends on it."""

    training_id: int
    training_state: TrainingState
    span: Span
    siblings: Sequence[Span] = ()  # the other lessons of the training


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place that a genuine ticket of the same organisation stands for."""

    training_id: int
    state: AttendeeState
    is_revoked: bool


def judge(
    place: Place | None, door: Door, *, direction: Direction, is_inside: bool, at: datetime
) -> Verdict:
    """Answer a scan; `is_inside` says where the person was just before `at`."""
    return _refused(place, door) or _untimely(door, at) or _moved(direction, is_inside=is_inside)


def _refused(place: Place | None, door: Door) -> Verdict | None:
    if place is None:
        return Verdict.UNKNOWN
    if place.training_id != door.training_id:
        return Verdict.WRONG_TRAINING
    if place.is_revoked:
        return Verdict.REVOKED
    if door.training_state is TrainingState.CANCELLED:
        return Verdict.CANCELLED
    if place.state in {AttendeeState.CANCELLED, AttendeeState.REJECTED}:
        return Verdict.CANCELLED
    if place.state is not AttendeeState.CONFIRMED:
        return Verdict.NOT_CONFIRMED
    return None


def _untimely(door: Door, at: datetime) -> Verdict | None:
    if door.training_state in LOCKED:
        return Verdict.TOO_LATE
    if door.span.is_open(at):
        return None
    if any(sibling.is_open(at) for sibling in door.siblings):
        return Verdict.WRONG_LESSON
    return Verdict.TOO_EARLY if at < door.span.opens_at else Verdict.TOO_LATE


def _moved(direction: Direction, *, is_inside: bool) -> Verdict:
    if direction is Direction.IN:
        return Verdict.ALREADY_IN if is_inside else Verdict.ADMITTED
    return Verdict.OUT if is_inside else Verdict.NOT_IN


def believed(occurred_at: datetime, *, received_at: datetime) -> datetime:
    """Give the instant that counts: a clock far ahead of the server's is not believed."""
    return received_at if occurred_at - received_at > CLOCK_TOLERANCE else occurred_at


def known_until(at: datetime, direction: Direction) -> datetime:
    """Give until when entries are looked at before a scan is answered.

    Two desks' clocks never agree: who came in at one door a moment "later" has come in already
    when the other door asks. Otherwise both would let the same ticket in.
    """
    return at + CLOCK_TOLERANCE if direction is Direction.IN else at


def flags_of(
    door: Door, occurred_at: datetime, effective_at: datetime, *, is_manual: bool
) -> list[str]:
    """List what is remarkable about a scan, in a fixed order."""
    remarks = {
        CLOCK_AHEAD: occurred_at != effective_at,
        OUTSIDE_WINDOW: not door.span.is_open(occurred_at),
        AFTER_CLOSE: door.training_state in LOCKED,
        MANUAL: is_manual,
    }
    return [name for name, is_so in remarks.items() if is_so]


def code_in(text: str) -> str:
    """Find the code in what was scanned or typed: a bare code, or a ticket's or group's address."""
    plain = unicodedata.normalize("NFKC", text).strip()
    at = max(plain.rfind("/t/"), plain.rfind("/g/"))
    code = plain if at < 0 else plain[at + len("/t/") :]
    return code.split("?")[0].split("#")[0].rstrip("/")
