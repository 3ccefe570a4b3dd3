"""Facts of one attendee and lesson into the record: the same for every order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.attendance.models import Credit, Direction, FactKind, Verdict
from app.attendance.rules.verdicts import COUNTED

NOTHING = timedelta()
DECISIONS = frozenset({FactKind.CORRECTION, FactKind.UNDO})


class Why(StrEnum):
    """The reason for a credit; wording.py has the sentences."""

    NEVER_IN = "never_in"
    STAYED = "stayed"
    ENOUGH = "enough"
    TOO_SHORT = "too_short"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactValue:
    """A fact, as far as the record depends on it."""

    uid: str
    kind: FactKind
    effective_at: datetime
    received_at: datetime
    direction: Direction | None = None
    verdict: Verdict | None = None
    credit: Credit | None = None
    ends_at: datetime | None = None
    desk_id: int | None = None
    staff_id: int | None = None
    target_uid: str | None = None
    reason: str = ""

    @property
    def is_counted(self) -> bool:
        """Tell whether the fact can change a record; refused scans cannot."""
        return self.verdict in COUNTED if self.verdict is not None else True


def value_of(row: Any) -> FactValue:
    """Take the folded part out of a row, or an instance, of the table of facts."""
    return FactValue(
        uid=row.uid,
        kind=row.kind,
        effective_at=row.effective_at,
        received_at=row.received_at,
        direction=row.direction,
        verdict=row.verdict,
        credit=row.credit,
        ends_at=row.ends_at,
        desk_id=row.desk_id,
        staff_id=row.staff_id,
        target_uid=row.target_uid,
        reason=row.reason,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a lesson asks for at the time of folding."""

    starts_at: datetime
    ends_at: datetime
    required_percent: int

    @property
    def minutes(self) -> int:
        return _whole_minutes(self.ends_at - self.starts_at)

    @property
    def needed(self) -> int:
        """The minutes that make a lesson count in full."""
        return -(-self.minutes * self.required_percent // 100)


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


@dataclass(slots=True)
class _Walk:
    """Where the person is while the facts are walked through in the order of their instants."""

    entered_at: datetime | None = None
    entered_by: tuple[int | None, int | None] | None = None
    first_in: FactValue | None = None
    last_out_at: datetime | None = None
    is_conflict: bool = False
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)

    def step(self, fact: FactValue) -> None:
        if fact.ends_at is not None:
            self.spans.append((fact.effective_at, fact.ends_at))
        elif fact.direction is Direction.OUT:
            self._leave(fact)
        else:
            self._enter(fact)

    def _enter(self, fact: FactValue) -> None:
        by = (fact.desk_id, None if fact.desk_id is not None else fact.staff_id)
        if self.entered_at is None:
            self.entered_at, self.entered_by = fact.effective_at, by
        elif by != self.entered_by:
            self.is_conflict = True
        self.first_in = self.first_in or fact

    def _leave(self, fact: FactValue) -> None:
        if self.entered_at is None:
            return
        self.spans.append((self.entered_at, fact.effective_at))
        self.last_out_at, self.entered_at = fact.effective_at, None


def fold(facts: Iterable[FactValue], basis: Basis) -> Record:
    """Amount `facts` (any order, repetitions allowed) to a record.

    Undone facts count for nothing; of several corrections the one received last overrides.
    """
    standing = _standing(facts)
    walk = _Walk()
    for fact in standing:
        if fact.kind not in DECISIONS:
            walk.step(fact)
    minutes = _minutes(walk, basis)
    why = _why(walk, minutes, basis)
    credit = _CREDITS[why]
    correction = _correction(standing)
    if correction is not None and correction.credit is not None:
        why, credit = Why.CORRECTED, correction.credit
    return Record(
        credit=credit,
        minutes=minutes,
        first_in_at=walk.first_in.effective_at if walk.first_in else None,
        first_in_desk_id=walk.first_in.desk_id if walk.first_in else None,
        last_out_at=walk.last_out_at,
        is_inside=walk.entered_at is not None,
        is_conflict=walk.is_conflict,
        is_corrected=correction is not None,
        sources=tuple(sorted({fact.kind.value for fact in standing} - {FactKind.UNDO.value})),
        evidence=_evidence(why, minutes, basis, correction),
    )


def is_inside_at(facts: Iterable[FactValue], at: datetime, uid: str) -> bool:
    """Tell whether the person was inside just before the fact `uid` at `at`."""
    walk = _Walk()
    for fact in _standing(facts):
        if (fact.effective_at, fact.uid) < (at, uid) and fact.kind not in DECISIONS:
            walk.step(fact)
    return walk.entered_at is not None


def _standing(facts: Iterable[FactValue]) -> Sequence[FactValue]:
    """Keep each counted fact once, undone ones left out, in the order of their instants."""
    counted = {fact.uid: fact for fact in facts if fact.is_counted}
    if len(counted) > 1:
        for fact in list(counted.values()):
            if fact.kind is FactKind.UNDO and fact.target_uid in counted:
                del counted[fact.target_uid]
    return sorted(counted.values(), key=_by_instant)


def _by_instant(fact: FactValue) -> tuple[datetime, str]:
    return fact.effective_at, fact.uid


def _correction(standing: Sequence[FactValue]) -> FactValue | None:
    corrections = [fact for fact in standing if fact.kind is FactKind.CORRECTION]
    return max(corrections, key=lambda fact: (fact.received_at, fact.uid), default=None)


_CREDITS = {
    Why.NEVER_IN: Credit.ABSENT,
    Why.STAYED: Credit.PRESENT,
    Why.ENOUGH: Credit.PRESENT,
    Why.TOO_SHORT: Credit.PARTIAL,
}


def _why(walk: _Walk, minutes: int, basis: Basis) -> Why:
    if walk.first_in is None and not walk.spans:
        return Why.NEVER_IN
    if walk.first_in is not None and walk.last_out_at is None:
        return Why.STAYED
    return Why.ENOUGH if minutes >= basis.needed else Why.TOO_SHORT


def _minutes(walk: _Walk, basis: Basis) -> int:
    """Give the whole minutes of the union of all spans within the lesson."""
    spans = list(walk.spans)
    if walk.entered_at is not None:
        spans.append((walk.entered_at, basis.ends_at))
    total, covered_until = NOTHING, basis.starts_at
    for span in sorted(spans):
        begins, ends = max(span[0], covered_until), min(span[1], basis.ends_at)
        if ends > begins:
            total, covered_until = total + (ends - begins), ends
    return _whole_minutes(total)


def _whole_minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


def _evidence(why: Why, minutes: int, basis: Basis, correction: FactValue | None) -> dict[str, Any]:
    evidence = {
        "why": why.value,
        "minutes": minutes,
        "needed": basis.needed,
        "starts_at": basis.starts_at.isoformat(),
        "ends_at": basis.ends_at.isoformat(),
        "required_percent": basis.required_percent,
    }
    if why is Why.CORRECTED and correction is not None:
        evidence |= {"reason": correction.reason, "at": correction.received_at.isoformat()}
    return evidence


def basis_in(evidence: dict[str, Any]) -> Basis:
    """Read back the basis on which a stored record was folded."""
    return Basis(
        starts_at=datetime.fromisoformat(evidence["starts_at"]),
        ends_at=datetime.fromisoformat(evidence["ends_at"]),
        required_percent=evidence["required_percent"],
    )
