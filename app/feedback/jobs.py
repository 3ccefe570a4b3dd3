"""What the scheduler does about feedback."""

from __future__ import annotations

from datetime import datetime

from app.audit.rules import SYSTEM
from app.feedback import commands, queries
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.leases import Unit
from app.kit.retention import BATCH


def purge_answers_past_retention(unit: Unit = unit_of_work, now: datetime | None = None) -> int:
    """Empty the words of answers past their time, batch by batch; gives how many."""
    at = now or clock.now()
    total = 0
    while found := queries.list_past_their_time(at, limit=BATCH):
        done = unit(lambda ids=found: commands.empty_words(ids, by=SYSTEM, now=at))  # type: ignore[misc]  # bound per turn
        if not done:
            break
        total += done
    return total
