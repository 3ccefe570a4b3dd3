"""How long personal data is kept: the one table that the privacy page and the jobs read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

BATCH: Final = 200
GRACE: Final = timedelta(days=1)
"""How late the job may be before the invariants complain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Whole years after the end of the training (of the last one, for an enterprise's people)."""

    enterprises: int = 3
    attendees: int = 3
    attendance: int = 3
    answers: int = 3
    letters: int = 1
    logs: int = 3
    consents: int = 3


PERIODS: Final = Periods()


def cutoff(years: int, now: datetime) -> datetime:
    """Give the instant: what ended then or earlier is past its time. 29 February counts as 28."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)
