"""What the board of a lesson draws: the marks of its curve, and how a desk does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BEFORE = timedelta(minutes=60)  # the curve begins so long before the lesson
MOST_MARKS = 25
STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60, 120, 240))
SILENT_AFTER = timedelta(minutes=2)  # four messages of a desk that did not come
CLOCK_OFF = timedelta(seconds=30)


class Contact(StrEnum):
    """How a desk stands towards the server."""

    WELL = "well"
    SILENT = "silent"
    NEVER = "never"  # opened, and not heard of yet
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is shown of one desk; no finer than it is shown, so that equal means unchanged."""

    desk: str  # public id
    label: str
    contact: Contact
    seen_at: datetime | None  # to the minute
    queue_length: int
    seconds_fast: int  # of the desk's clock, negative when it is slow, 0 when it is near enough


def health(
    *,
    desk: str,
    label: str,
    last_seen_at: datetime | None,
    expires_at: datetime,
    revoked_at: datetime | None,
    queue_length: int,
    clock_skew_ms: int | None,
    now: datetime,
) -> Health:
    """Judge one desk at an instant."""
    skew = timedelta(milliseconds=clock_skew_ms or 0)
    return Health(
        desk=desk,
        label=label,
        contact=_contact(last_seen_at, expires_at, revoked_at, now),
        seen_at=None if last_seen_at is None else last_seen_at.replace(second=0, microsecond=0),
        queue_length=queue_length,
        seconds_fast=-round(skew.total_seconds()) if abs(skew) >= CLOCK_OFF else 0,
    )


def _contact(
    last_seen_at: datetime | None,
    expires_at: datetime,
    revoked_at: datetime | None,
    now: datetime,
) -> Contact:
    if revoked_at is not None:
        return Contact.REVOKED
    if expires_at <= now:
        return Contact.EXPIRED
    if last_seen_at is None:
        return Contact.NEVER
    return Contact.WELL if now - last_seen_at <= SILENT_AFTER else Contact.SILENT


def marks(starts_at: datetime, ends_at: datetime) -> Sequence[datetime]:
    """Give the instants of the curve, evenly spaced, one of them the beginning of the lesson."""
    whole = ends_at - starts_at + BEFORE
    step = next((one for one in STEPS if whole / one < MOST_MARKS), STEPS[-1])
    first = starts_at - BEFORE // step * step
    count = min(-((first - ends_at) // step), MOST_MARKS)
    return [first + number * step for number in range(count + 1)]


def curve(
    instants: Sequence[datetime], counts: Sequence[int], now: datetime
) -> Sequence[tuple[datetime, int | None]]:
    """Put the counts to their marks; those that begin after `now` have none yet."""
    if len(instants) < 2:  # noqa: PLR2004 - a step lies between two
        return list(zip(instants, counts, strict=True))
    step = instants[1] - instants[0]
    return [
        (at, count if at - step <= now else None)
        for at, count in zip(instants, counts, strict=True)
    ]
