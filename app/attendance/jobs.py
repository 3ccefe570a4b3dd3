"""What the scheduler does about attendance."""

from __future__ import annotations

from datetime import datetime

from app.attendance.commands.decisions import refold_lesson
from app.attendance.queries.retention import subjects_past_their_time
from app.attendance.queries.stale import list_stale_lessons
from app.audit.rules import SYSTEM
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.leases import Unit
from app.kit.retention import BATCH
from app.outbox import commands as outbox
from app.outbox import queries as letters


def refold_lessons_that_changed(unit: Unit = unit_of_work) -> int:
    """Fold records again after a training was moved or its rule changed; gives how many lessons."""
    now = clock.now()
    lessons = list_stale_lessons(now)
    for lesson_id in lessons:
        unit(lambda key=lesson_id: refold_lesson(key, now=now))  # type: ignore[misc]  # bound per turn
    return len(lessons)


def purge_letters_past_retention(unit: Unit = unit_of_work, now: datetime | None = None) -> int:
    """Empty letters a year after the training, batch by batch; gives how many."""
    at = now or clock.now()
    subjects = subjects_past_their_time(at)
    total = 0
    while found := letters.list_readable(subjects, limit=BATCH):
        done = unit(lambda ids=found: outbox.empty(ids, by=SYSTEM, now=at))  # type: ignore[misc]  # bound per turn
        if not done:
            break
        total += done
    return total
