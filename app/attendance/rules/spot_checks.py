"""Which of those who checked themselves in are looked for in the hall, and who was found."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.attendance.models import Direction, FactKind

FEWEST = 10
ONE_IN = 10
SPOT_CHECK = "spot_check"
NOT_THERE = "抽查不在场"  # the reason that is kept with the undone entry, not a text of a page


class Finding(StrEnum):
    """What a spot check of one person came to."""

    OPEN = "open"
    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A fact that counts, as far as spot checks depend on it."""

    uid: str
    kind: FactKind
    direction: Direction | None
    sequence: int
    effective_at: datetime
    target_uid: str | None = None
    browser: str = ""  # hashed; which one checked this person in


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """Somebody who might be drawn: public id, traces, and whether the phone served others too."""

    attendee: str
    traces: Sequence[Trace]
    is_shared: bool = False


def with_shared_phones(traces_of: dict[str, list[Trace]]) -> list[Suspect]:
    """Put the traces of each attendee together; a browser that served two marks both."""
    served: dict[str, set[str]] = defaultdict(set)
    for attendee, traces in traces_of.items():
        for trace in traces:
            if trace.browser:
                served[trace.browser].add(attendee)
    return [
        Suspect(
            attendee=attendee,
            traces=traces,
            is_shared=any(len(served[trace.browser]) > 1 for trace in traces if trace.browser),
        )
        for attendee, traces in traces_of.items()
    ]


def standing(traces: Iterable[Trace]) -> list[Trace]:
    """Leave out undone entries and what undid them."""
    known = list(traces)
    undone = {trace.target_uid for trace in known if trace.kind is FactKind.UNDO}
    return [trace for trace in known if trace.kind is not FactKind.UNDO and trace.uid not in undone]


def own_entries(traces: Iterable[Trace]) -> list[Trace]:
    """List the entries that stand by the person's own word."""
    return [
        trace
        for trace in standing(traces)
        if trace.kind is FactKind.SELF_CHECKIN and trace.direction is Direction.IN
    ]


def may_be_drawn(suspect: Suspect, upto: int) -> bool:
    """Tell whether, at that point of the feed, somebody was in the hall by their own word alone."""
    then = [trace for trace in suspect.traces if trace.sequence <= upto]
    moves = [trace for trace in standing(then) if trace.direction is not None]
    if not own_entries(then) or any(trace.kind is FactKind.DOOR_SCAN for trace in moves):
        return False
    last = max(moves, key=lambda trace: (trace.effective_at, trace.uid))
    return last.direction is Direction.IN


def finding(suspect: Suspect) -> Finding:
    """Say what came of it: seen by somebody of the house, not found, or still open."""
    if any(trace.kind is FactKind.DOOR_SCAN for trace in standing(suspect.traces)):
        return Finding.PRESENT
    return Finding.OPEN if own_entries(suspect.traces) else Finding.ABSENT


def size_of(count: int) -> int:
    """Give how many of `count` are drawn: ten, or one in ten if that is more."""
    return min(count, max(FEWEST, -(-count // ONE_IN)))


def draw(suspects: Iterable[Suspect], *, lesson: str, number: int, upto: int) -> list[Suspect]:
    """Draw by lot, shared phones first; the same draw of the same lesson is always the same."""
    possible = [suspect for suspect in suspects if may_be_drawn(suspect, upto)]

    def lot(suspect: Suspect) -> tuple[bool, bytes]:
        ballot = f"{lesson}\n{number}\n{suspect.attendee}".encode()
        return not suspect.is_shared, hashlib.sha256(ballot).digest()

    return sorted(possible, key=lot)[: size_of(len(possible))]
