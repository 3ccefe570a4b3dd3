"""Which entries contradict each other: by two desks, without an exit in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.attendance.models import FactKind
from app.attendance.rules.folding import FactValue
from app.attendance.rules.folding.facts import standing
from app.attendance.rules.folding.walks import PHYSICAL, Walk, may_clash


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two entries of which one may be somebody else's."""

    first: FactValue
    later: FactValue


def clashes_in(facts: Iterable[FactValue]) -> list[Clash]:
    """List what nobody has settled yet, in the order of the later entries' instants.

    The walk of the fold decides: there is a clash exactly when the record has a conflict.
    """
    counted = standing(facts)
    resolved = frozenset(fact.target_uid for fact in counted if fact.kind is FactKind.RESOLUTION)
    walk, stay, found = Walk(resolved=resolved), list[FactValue](), list[Clash]()
    for fact in counted:
        if fact.kind not in PHYSICAL or fact.ends_at is not None:
            continue
        walk.is_conflict = False
        walk.step(fact)
        if walk.entry is None or walk.entry is fact:
            stay = []
        if walk.is_conflict:
            first = next(one for one in stay if may_clash(one, resolved))
            found.append(Clash(first=first, later=fact))
        stay.append(fact)
    return found
