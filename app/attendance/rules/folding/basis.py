"""What a lesson asks for at the time of folding, and the evidence from which it is read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.attendance.models import Credit
from app.attendance.rules.folding.facts import FactValue
from app.attendance.rules.policy import Policy, default_policy, policy_in
from app.attendance.rules.spans import NOTHING, Stretch, whole_minutes

MOST_PARTS = 6  # of the union are kept in the evidence; how many there were is kept as well


class Why(StrEnum):
    """The reason for a credit; wording.py has the sentences."""

    NEVER_IN = "never_in"
    NOT_ACCEPTED = "not_accepted"
    STAYED = "stayed"
    ENOUGH = "enough"
    TOO_SHORT = "too_short"
    NO_EXIT = "no_exit"
    CORRECTED = "corrected"


CREDITS = {
    Why.NEVER_IN: Credit.ABSENT,
    Why.NOT_ACCEPTED: Credit.ABSENT,
    Why.STAYED: Credit.PRESENT,
    Why.ENOUGH: Credit.PRESENT,
    Why.TOO_SHORT: Credit.PARTIAL,
    Why.NO_EXIT: Credit.PARTIAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The times of a lesson and the rule; `number` is the rule's version, 0 the default rule."""

    starts_at: datetime
    ends_at: datetime
    policy: Policy
    number: int = 0
    is_online: bool = False

    @property
    def minutes(self) -> int:
        return whole_minutes(self.ends_at - self.starts_at)

    @property
    def needed(self) -> int:
        """The minutes that make a lesson count in full."""
        return self.policy.needed_minutes(self.minutes, is_online=self.is_online)

    def of_channel(self, *, is_online: bool) -> Basis:
        """Give what is asked of attendees of a channel."""
        if self.policy.online_percent is None or self.is_online is is_online:
            return self
        return replace(self, is_online=is_online)

    def tolerated(self, parts: Sequence[Stretch]) -> tuple[timedelta, timedelta]:
        """Give how much of coming late and of leaving early is not held against somebody."""
        if not parts:
            return NOTHING, NOTHING
        late, early = parts[0].begins - self.starts_at, self.ends_at - parts[-1].ends
        return (
            late if late <= timedelta(minutes=self.policy.late_tolerance_minutes) else NOTHING,
            early
            if early <= timedelta(minutes=self.policy.early_leave_tolerance_minutes)
            else NOTHING,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the facts show before somebody decides otherwise."""

    why: Why
    minutes: int
    parts: Sequence[Stretch]
    is_late_tolerated: bool
    is_early_tolerated: bool


def evidence_of(
    finding: Finding, basis: Basis, why: Why, correction: FactValue | None
) -> dict[str, Any]:
    """Give what is stored: enough to say the sentence and to fold again on the same basis."""
    evidence: dict[str, Any] = {
        "why": why.value,
        "minutes": finding.minutes,
        "needed": basis.needed,
        "starts_at": basis.starts_at.isoformat(),
        "ends_at": basis.ends_at.isoformat(),
        "policy": basis.number,
        "rule": basis.policy.content(),
        "parts": [
            [one.kind.value, one.begins.isoformat(), one.ends.isoformat()]
            for one in finding.parts[:MOST_PARTS]
        ],
    }
    if basis.number == 0:
        evidence["required_percent"] = basis.policy.amount  # the version before reads it
    if len(finding.parts) > MOST_PARTS:
        evidence["parts_count"] = len(finding.parts)
    for name, is_so in (
        ("online", basis.is_online),
        ("late_tolerated", finding.is_late_tolerated),
        ("early_tolerated", finding.is_early_tolerated),
    ):
        if is_so:
            evidence[name] = True
    if why is Why.CORRECTED and correction is not None:
        evidence |= {
            "reason": correction.reason,
            "at": correction.received_at.isoformat(),
            "credit": correction.credit.value if correction.credit else None,
        }
    return evidence


def basis_in(evidence: Mapping[str, Any]) -> Basis:
    """Read back the basis on which a stored record was folded, by whichever version."""
    content = evidence.get("rule")
    return Basis(
        starts_at=datetime.fromisoformat(evidence["starts_at"]),
        ends_at=datetime.fromisoformat(evidence["ends_at"]),
        policy=default_policy(evidence["required_percent"])
        if content is None
        else policy_in(content),
        number=evidence.get("policy", 0),
        is_online=evidence.get("online", False),
    )


def is_same_evidence(stored: Mapping[str, Any], folded: Mapping[str, Any]) -> bool:
    """Tell whether a stored evidence is what was folded; an older one says less."""
    if "rule" in stored:
        return stored == folded
    return all(folded.get(name) == value for name, value in stored.items())
