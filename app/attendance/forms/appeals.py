"""What people type when they object to a record, and what organisers answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from app.attendance.forms.people import Reason
from app.attendance.models import Credit
from app.kit.forms import Input

TEXT_MAXIMUM = 1000


class AppealForm(Input):
    """Which record is wrong, and why."""

    record: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    text: Annotated[str, StringConstraints(min_length=5, max_length=TEXT_MAXIMUM)]


class AcceptForm(Input):
    """What the lesson is to count, and the answer."""

    credit: Credit
    answer: Reason


class DeclineAppealForm(Input):
    """Why the record stays as it is."""

    answer: Reason
