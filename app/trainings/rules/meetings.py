"""Where and when people meet for a training: what they know, and what is to be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.trainings.models import Mode, Training

SETTLE = timedelta(seconds=60)  # an organiser who moves twice in a minute is heard once


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A venue as people knew it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Times (from, to) and place; `until` says since when it is no longer so, and is no part."""

    mode: Mode
    city: str
    venue: Place | None
    lessons: tuple[tuple[datetime, datetime], ...]
    until: datetime | None = field(default=None, compare=False)


def meeting_of(training: Training) -> Meeting:
    """Give times and place of a training whose lessons and venue are loaded."""
    venue = training.venue
    return Meeting(
        mode=training.mode,
        city=training.city,
        venue=None if venue is None else Place(name=venue.name, address=venue.address),
        lessons=tuple((one.starts_at, one.ends_at) for one in training.lessons),
    )


def stored(meeting: Meeting, *, until: datetime) -> dict[str, Any]:
    """Write a meeting that was so until now, for the column `known_meeting`."""
    venue = meeting.venue
    return {
        "mode": meeting.mode.value,
        "city": meeting.city,
        "venue": None if venue is None else [venue.name, venue.address],
        "lessons": [[start.isoformat(), end.isoformat()] for start, end in meeting.lessons],
        "until": until.isoformat(),
    }


def restored(written: dict[str, Any]) -> Meeting:
    """Read what `stored` wrote."""
    read, venue = datetime.fromisoformat, written["venue"]
    return Meeting(
        mode=Mode(written["mode"]),
        city=written["city"],
        venue=None if venue is None else Place(name=venue[0], address=venue[1]),
        lessons=tuple((read(start), read(end)) for start, end in written["lessons"]),
        until=read(written["until"]),
    )
