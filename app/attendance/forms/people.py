"""What organisers type when they correct attendance, and how a list is narrowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import StringConstraints

from app.attendance.models import Credit
from app.attendance.queries.records import Filters
from app.kit.forms import Input
from app.trainings.models import Channel

Reason = Annotated[str, StringConstraints(min_length=2, max_length=300)]
CONFLICT = "conflict"


class CorrectionForm(Input):
    """Another credit, and why."""

    credit: Credit
    reason: Reason


class UndoForm(Input):
    """Which fact is taken out of account, and why."""

    target: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    reason: Reason


def filters_in(asked: Mapping[str, str]) -> Filters:
    """Read the filters of a list from the address; what is unknown narrows nothing."""
    credit, channel = asked.get("credit", ""), asked.get("channel", "")
    return Filters(
        credit=Credit(credit) if credit in set(Credit) else None,
        only_conflicts=credit == CONFLICT,
        channel=Channel(channel) if channel in set(Channel) else None,
        enterprise=asked.get("enterprise", "")[:26],
        text=asked.get("q", "").strip()[:60],
    )
