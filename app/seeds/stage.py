"""The stage on which synthetic data is played: a clock of its own, acts in the order of time."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.kit.database import db
from app.kit.settings import settings
from app.seeds.names import Cast

Act = Callable[[datetime], None]

HOUR = timedelta(hours=1)
NUMBERED = ("enterprise", "contact", "person", "letter", "attendance")
"""Tables whose rows are inserted "unless known": PostgreSQL leaves gaps there, SQLite does not."""


class Stage:
    """Plays acts at believable instants, the earliest first, up to the present."""

    def __init__(self, *, seed: int, now: datetime) -> None:
        self.seed = seed
        self.now = now
        self.zone = ZoneInfo(settings().default_timezone)
        self.chance = random.Random(seed)
        self.cast = Cast(self.chance)
        self._acts: list[tuple[datetime, int, Act]] = []
        self._numbers = itertools.count()

    def at(self, day: int, hour: int = 9, minute: int = 0) -> datetime:
        """Give an instant by its distance from today and the time on the wall."""
        today = self.now.astimezone(self.zone).date()
        local = datetime(today.year, today.month, today.day, tzinfo=self.zone)
        return (local + timedelta(days=day)).replace(hour=hour, minute=minute)

    def moment(self, earliest: datetime, latest: datetime) -> datetime:
        """Draw a whole second between two instants."""
        seconds = max(1, int((latest - earliest).total_seconds()))
        return earliest + timedelta(seconds=self.chance.randrange(seconds))

    def plan(self, when: datetime, act: Act) -> None:
        """Have `act` played at `when`; what lies in the future is not played."""
        if when <= self.now:
            heapq.heappush(self._acts, (when, next(self._numbers), act))

    def play(self) -> None:
        """Play everything that is planned, and what is planned meanwhile."""
        while self._acts:
            when, _number, act = heapq.heappop(self._acts)
            act(when)
            self.settle()

    def settle(self) -> None:
        """Write what is pending, forget it, and number on without gaps on every engine."""
        db.session.flush()
        db.session.expunge_all()
        if db.engine.dialect.name == "postgresql":
            calls = (
                f"setval(pg_get_serial_sequence('{table}', 'id'),"  # noqa: S608 - our own tables
                f" (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}), false)"
                for table in NUMBERED
            )
            db.session.execute(text(f"SELECT {', '.join(calls)}"))
