"""Where a person is while entries and exits are walked through in the order of their instants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.attendance.models import Direction, FactKind
from app.attendance.rules.folding.facts import FactValue
from app.attendance.rules.spans import Stretch

PHYSICAL = frozenset({FactKind.DOOR_SCAN, FactKind.SELF_CHECKIN})
Post = tuple[int | None, int | None]


@dataclass(slots=True)
class Walk:
    """A way in and out, by the door or by the paper sheet; `resolved` names entries seen by rights.

    Entries by different desks without an exit between them are a conflict, unless all but those of
    one desk were seen by rights.
    """

    resolved: frozenset[str | None] = frozenset()
    entry: FactValue | None = None  # of the stay that has no exit yet
    first_in: FactValue | None = None
    last_out_at: datetime | None = None
    is_conflict: bool = False
    stretches: list[Stretch] = field(default_factory=list)
    seen_by: Post | None = None

    def step(self, fact: FactValue) -> None:
        """Go on to the next fact."""
        if fact.direction is Direction.OUT:
            self._leave(fact)
        else:
            self._enter(fact)

    def _enter(self, fact: FactValue) -> None:
        if self.entry is None:
            self.entry, self.seen_by = fact, None
        if may_clash(fact, self.resolved):
            post = (fact.desk_id, None if fact.desk_id is not None else fact.staff_id)
            if self.seen_by is None:
                self.seen_by = post
            elif post != self.seen_by:
                self.is_conflict = True
        self.first_in = self.first_in or fact

    def _leave(self, fact: FactValue) -> None:
        if self.entry is None:
            return
        self.stretches.append(Stretch(self.entry.kind, self.entry.effective_at, fact.effective_at))
        self.last_out_at, self.entry = fact.effective_at, None


def may_clash(fact: FactValue, resolved: frozenset[str | None]) -> bool:
    """Tell whether an entry can contradict another: somebody saw it, and it is not settled.

    Who checked in alone was seen by nobody, so no desk contradicts that, it confirms it.
    """
    return fact.kind is not FactKind.SELF_CHECKIN and fact.uid not in resolved


def walk_through(facts: Sequence[FactValue]) -> tuple[Walk, Walk, list[Stretch]]:
    """Give the walk by the door, the walk on paper, and what was seen from an instant to another.

    `facts` stand and are in the order of their instants.
    """
    resolved = frozenset(fact.target_uid for fact in facts if fact.kind is FactKind.RESOLUTION)
    door, paper, seen = Walk(resolved=resolved), Walk(), []
    for fact in facts:
        if fact.ends_at is not None:
            seen.append(Stretch(fact.kind, fact.effective_at, fact.ends_at))
        elif fact.kind in PHYSICAL:
            door.step(fact)
        elif fact.kind is FactKind.PAPER:
            paper.step(fact)
    return door, paper, seen


def open_stretch(walk: Walk, other: Walk, until: datetime | None) -> Stretch | None:
    """Give the stay without an exit: until the exit that the other walk knows, else `until`."""
    entry = walk.entry
    if entry is None:
        return None
    left = other.last_out_at
    if left is not None and left > entry.effective_at:
        until = left
    return None if until is None else Stretch(entry.kind, entry.effective_at, until)
