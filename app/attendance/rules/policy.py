"""The rule by which a training's attendance is judged: its content, its limits, what it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from app.attendance.models import Credit, FactKind

# Of several proofs for the same minute the stronger one is named; a correction is above all
STRENGTH = (
    FactKind.DOOR_SCAN,
    FactKind.PAPER,
    FactKind.SELF_CHECKIN,
    FactKind.WATCH,
    FactKind.IMPORT,
)
BOUNDS = {
    "amount": (1, 1440),
    "late_tolerance_minutes": (0, 120),
    "early_leave_tolerance_minutes": (0, 120),
    "lessons_percent": (1, 100),
    "online_percent": (1, 100),
    "appeal_days": (0, 365),
}
WHOLE = 100


class Measure(StrEnum):
    """What the number of a rule means."""

    PERCENT = "percent"
    MINUTES = "minutes"


class PolicyFault(ValueError):
    """The content is none of a rule; the argument names the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a lesson, and the whole training, asks of an attendee.

    `amount` is a share of the lesson in percent, or minutes. Coming late, or leaving early, within
    the tolerance is not held against anybody. Without `needs_exit` an entry counts to the end.
    `sources` are accepted, the strongest first. `online_percent` is the own share of attendees of
    the channel online. `lessons_percent` of the lessons must be attended (100: every one).
    """

    measure: Measure = Measure.PERCENT
    amount: int = 60
    late_tolerance_minutes: int = 0
    early_leave_tolerance_minutes: int = 0
    needs_exit: bool = False
    sources: tuple[FactKind, ...] = STRENGTH
    online_percent: int | None = None
    lessons_percent: int = WHOLE
    appeal_days: int = 7

    def needed_minutes(self, minutes: int, *, is_online: bool = False) -> int:
        """Give the minutes of a lesson of `minutes` that make it count in full, rounded up."""
        if is_online and self.online_percent is not None:
            return _share(minutes, self.online_percent)
        if self.measure is Measure.MINUTES:
            return min(self.amount, minutes)
        return _share(minutes, self.amount)

    def needed_lessons(self, total: int) -> int:
        """Give how many of `total` lessons must be attended, rounded up."""
        return _share(total, self.lessons_percent)

    def content(self) -> dict[str, Any]:
        """Give what is stored, as JSON knows it."""
        return asdict(self) | {
            "measure": self.measure.value,
            "sources": [source.value for source in self.sources],
        }


def default_policy(required_percent: int) -> Policy:
    """Give the rule of a training that has no version of its own."""
    return Policy(amount=required_percent)


def policy_in(content: Mapping[str, Any]) -> Policy:
    """Read stored content; what is missing has its default. PolicyFault for what is no rule."""
    known = {field.name for field in fields(Policy)}
    if unknown := sorted(set(content) - known):
        raise PolicyFault(unknown[0])
    values = dict(content)
    for name, read in {"measure": Measure, "sources": _sources, "needs_exit": _flag}.items():
        if name in values:
            values[name] = _read(name, read, values[name])
    policy = Policy(**values)
    for name, (least, most) in BOUNDS.items():
        value = getattr(policy, name)
        if value is None and name == "online_percent":
            continue
        if type(value) is not int or not least <= value <= most:
            raise PolicyFault(name)
    if policy.measure is Measure.PERCENT and policy.amount > WHOLE:
        raise PolicyFault("amount")
    return policy


def passed(policy: Policy, credits_of_lessons: Sequence[Credit]) -> bool:
    """Tell whether somebody with these credits, one per lesson, attended the whole training."""
    total = len(credits_of_lessons)
    attended = sum(credit is Credit.PRESENT for credit in credits_of_lessons)
    return total > 0 and attended >= policy.needed_lessons(total)


def _share(whole: int, percent: int) -> int:
    return -(-whole * percent // WHOLE)


def _read(name: str, read: Any, value: Any) -> Any:
    try:
        return read(value)
    except (TypeError, ValueError) as error:
        raise PolicyFault(name) from error


def _sources(values: Sequence[str]) -> tuple[FactKind, ...]:
    sources = tuple(FactKind(value) for value in values)
    if not sources or len(set(sources)) != len(sources) or set(sources) - set(STRENGTH):
        raise ValueError
    return sources


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value
