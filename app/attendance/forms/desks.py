"""What organisers type about desks: names, reasons, and whom a late scan or conflict is about."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from app.attendance.forms.people import Reason
from app.kit.forms import Input

YES = "yes"
Uid = Annotated[str, StringConstraints(min_length=1, max_length=64)]
PublicId = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{26}$")]


class DeskForm(Input):
    """The name of a desk, and whether it finds people by name without network."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    may_search: Literal["yes"] | None = None

    @property
    def searches(self) -> bool:
        return self.may_search == YES


class DeclineForm(Input):
    """Which late scan is not accepted, and why."""

    late: PublicId
    reason: Reason


class SettleForm(Input):
    """Which of two entries is meant, and why it stands or falls."""

    target: Uid
    reason: Reason
