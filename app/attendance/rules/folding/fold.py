"""Amounts the facts of one attendee and lesson to a record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.attendance.models import Credit, FactKind
from app.attendance.rules.folding.basis import CREDITS, Basis, Finding, Why, evidence_of
from app.attendance.rules.folding.facts import FactValue, last_correction, standing
from app.attendance.rules.folding.walks import PHYSICAL, Walk, open_stretch, walk_through
from app.attendance.rules.spans import NOTHING, Stretch, covered, length, whole_minutes

DECISIONS = frozenset({FactKind.CORRECTION, FactKind.UNDO, FactKind.RESOLUTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the facts amount to."""

    credit: Credit
    minutes: int
    first_in_at: datetime | None
    first_in_desk_id: int | None
    last_out_at: datetime | None
    is_inside: bool
    is_conflict: bool
    is_corrected: bool
    sources: tuple[str, ...]
    evidence: dict[str, Any]


def fold(facts: Iterable[FactValue], basis: Basis) -> Record:
    """Amount `facts` (any order, repetitions allowed) to a record.

    Undone facts count for nothing; sources that the rule does not accept prove nothing; of several
    corrections the one received last overrides.
    """
    stands = standing(facts)
    accepted = [
        fact for fact in stands if fact.kind in basis.policy.sources or fact.kind in DECISIONS
    ]
    door, paper, seen = walk_through(accepted)
    finding = _finding(door, paper, seen, basis)
    if finding.why is Why.NEVER_IN and len(accepted) < len(stands):
        finding = _not_accepted(finding)
    why, credit = finding.why, CREDITS[finding.why]
    correction = last_correction(stands)
    if correction is not None and correction.credit is not None:
        why, credit = Why.CORRECTED, correction.credit
    first = door.first_in or paper.first_in
    return Record(
        credit=credit,
        minutes=finding.minutes,
        first_in_at=first.effective_at if first else None,
        first_in_desk_id=first.desk_id if first else None,
        last_out_at=door.last_out_at or paper.last_out_at,
        is_inside=door.entry is not None,
        is_conflict=door.is_conflict,
        is_corrected=correction is not None,
        sources=_sources(accepted),
        evidence=evidence_of(finding, basis, why, correction),
    )


def is_inside_at(facts: Iterable[FactValue], at: datetime, uid: str) -> bool:
    """Tell whether the person was inside just before the fact `uid` at `at`, as doors saw it."""
    walk = Walk()
    for fact in standing(facts):
        if fact.kind in PHYSICAL and (fact.effective_at, fact.uid) < (at, uid):
            walk.step(fact)
    return walk.entry is not None


def _finding(door: Walk, paper: Walk, seen: list[Stretch], basis: Basis) -> Finding:
    policy, stretches = basis.policy, [*door.stretches, *paper.stretches, *seen]
    until = None if policy.needs_exit else basis.ends_at
    for walk, other in ((door, paper), (paper, door)):
        stay = open_stretch(walk, other, until)
        if stay is not None:
            stretches.append(stay)
    parts = covered(stretches, policy.sources, basis.starts_at, basis.ends_at)
    late, early = basis.tolerated(parts)
    total = length(parts)
    is_enough = whole_minutes(total + late + early) >= basis.needed
    return Finding(
        why=_why(door, paper, has_been_seen=bool(parts), is_enough=is_enough, basis=basis),
        minutes=whole_minutes(total),
        parts=parts,
        is_late_tolerated=late > NOTHING,
        is_early_tolerated=early > NOTHING,
    )


def _why(door: Walk, paper: Walk, *, has_been_seen: bool, is_enough: bool, basis: Basis) -> Why:
    has_entered = door.first_in is not None or paper.first_in is not None
    if not has_entered and not has_been_seen:
        return Why.NEVER_IN
    is_open = has_entered and door.last_out_at is None and paper.last_out_at is None
    if is_open and not basis.policy.needs_exit:
        return Why.STAYED
    if is_enough:
        return Why.ENOUGH
    return Why.NO_EXIT if is_open else Why.TOO_SHORT


def _not_accepted(finding: Finding) -> Finding:
    return Finding(
        why=Why.NOT_ACCEPTED,
        minutes=finding.minutes,
        parts=finding.parts,
        is_late_tolerated=False,
        is_early_tolerated=False,
    )


def _sources(accepted: Sequence[FactValue]) -> tuple[str, ...]:
    passed_over = {FactKind.UNDO, FactKind.RESOLUTION}
    return tuple(sorted({fact.kind.value for fact in accepted if fact.kind not in passed_over}))
