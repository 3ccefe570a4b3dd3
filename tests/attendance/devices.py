"""Phones at the doors as they are: queues, lost answers, crashes; and what must come of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.attendance.commands.scans import Scan, Scanner
from app.attendance.models import Direction
from app.kit.ids import new_uuid


@dataclass(slots=True, kw_only=True)
class Device:
    """A phone that scans: what it has not been answered yet survives its crashes."""

    by: Scanner
    send: Callable[[Sequence[Scan], Scanner], None]
    queue: list[Scan] = field(default_factory=list)

    def scan(self, code: str, at: datetime, direction: Direction) -> Scan:
        scan = Scan(uid=new_uuid(), code=code, direction=direction, occurred_at=at)
        self.queue.append(scan)
        return scan

    def upload(self, rng: random.Random) -> None:
        """Send some of the queue; the answer may be lost, then all of it is sent again later."""
        some = rng.sample(self.queue, rng.randint(1, len(self.queue)))
        self.send(some, self.by)
        if rng.random() < 0.7:
            self.queue = [scan for scan in self.queue if scan not in some]

    def crash(self, rng: random.Random) -> None:
        """Come back with the queue as it was on the disk, in no order, some of it sent before."""
        rng.shuffle(self.queue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A scan of the history as it must count in the end."""

    scan: Scan
    desk_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must come of somebody's scans."""

    first_in_at: datetime | None
    minutes: int
    is_inside: bool
    is_conflict: bool


def expected(seen: Iterable[Seen], begins: datetime, ends: datetime) -> Expected:
    """Work it out second by second, without any of the product's code."""
    events = sorted(seen, key=lambda one: (one.scan.occurred_at, one.scan.uid))
    inside_by: int | None = None
    first_in_at, is_conflict, seconds = None, False, 0
    clock, pending = min([begins, *(one.scan.occurred_at for one in events)]), list(events)
    while clock < ends or pending:
        while pending and pending[0].scan.occurred_at <= clock:
            event = pending.pop(0)
            if event.scan.direction is Direction.IN:
                first_in_at = first_in_at or event.scan.occurred_at
                is_conflict |= inside_by is not None and inside_by != event.desk_id
                inside_by = event.desk_id if inside_by is None else inside_by
            else:
                inside_by = None
        seconds += inside_by is not None and begins <= clock < ends
        clock += timedelta(seconds=1)
    return Expected(
        first_in_at=first_in_at,
        minutes=seconds // 60,
        is_inside=inside_by is not None,
        is_conflict=is_conflict,
    )
