"""What the scheduler does about attendance."""

from __future__ import annotations

from app.attendance.commands.decisions import refold_lesson
from app.attendance.queries.stale import list_stale_lessons
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.leases import Unit


def refold_lessons_that_changed(unit: Unit = unit_of_work) -> int:
    """Fold records again after a training was moved or its rule changed; gives how many lessons."""
    now = clock.now()
    lessons = list_stale_lessons(now)
    for lesson_id in lessons:
        unit(lambda key=lesson_id: refold_lesson(key, now=now))  # type: ignore[misc]  # bound per turn
    return len(lessons)
