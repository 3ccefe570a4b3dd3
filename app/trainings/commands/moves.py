"""Notes that an announced training has another time or place, for calendars and letters."""

from __future__ import annotations

from datetime import datetime

from app.trainings import rules
from app.trainings.models import Training
from app.trainings.rules import Meeting


def note(training: Training, known: Meeting, *, now: datetime) -> None:
    """Let calendars and people hear of a move from `known`; the letters go out once it settled."""
    training.calendar_sequence += 1
    training.moved_at = now
    if training.known_meeting is None:  # a second move before the letters: they know the first
        training.known_meeting = rules.stored(known, until=now)


def note_silently(training: Training) -> None:
    """Let calendars look a change up that comes too late to write to anybody about it."""
    training.calendar_sequence += 1
    training.told_sequence += 1
