"""A fact, as far as a record depends on it; which facts stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.attendance.models import Credit, Direction, FactKind, Verdict
from app.attendance.rules.verdicts import COUNTED


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


def standing(facts: Iterable[FactValue]) -> Sequence[FactValue]:
    """Keep each counted fact once, undone ones left out, in the order of their instants."""
    counted = {fact.uid: fact for fact in facts if fact.is_counted}
    if len(counted) > 1:
        for fact in list(counted.values()):
            if fact.kind is FactKind.UNDO and fact.target_uid in counted:
                del counted[fact.target_uid]
    return sorted(counted.values(), key=_by_instant)


def last_correction(facts: Sequence[FactValue]) -> FactValue | None:
    """Give the correction that overrides: of several the one received last."""
    corrections = [fact for fact in facts if fact.kind is FactKind.CORRECTION]
    return max(corrections, key=lambda fact: (fact.received_at, fact.uid), default=None)


def _by_instant(fact: FactValue) -> tuple[datetime, str]:
    return fact.effective_at, fact.uid
