"""The attendance of a training, as programs get it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from app.attendance.models import Credit, FactKind
from app.attendance.queries.records import AttendanceRow
from app.attendance.rules.wording import explainer
from app.kit.forms import Input
from app.registrations.models import AttendeeState
from app.trainings.models import Channel

JSON_CHUNK = 200


class AttendanceQuery(Input):
    """In which form the attendance is wanted."""

    format: Literal["json", "csv", "xlsx"] = "json"


class AttendanceRowOut(BaseModel):
    """One attendee in one lesson; docs/exports.md explains every field."""

    lesson: str
    lesson_number: int
    starts_at: datetime
    ends_at: datetime
    attendee: str
    number: int
    name: str
    phone: str
    job_title: str
    enterprise: str
    uscc: str
    city: str
    channel: Channel
    state: AttendeeState
    credit: Credit
    minutes: int
    first_in_at: datetime | None
    first_in_desk: str | None
    last_out_at: datetime | None
    sources: list[FactKind]
    inside: bool
    conflict: bool
    corrected: bool
    explanation: str


class AttendanceOut(BaseModel):
    """One row per attendee and lesson, by lesson and number."""

    items: list[AttendanceRowOut]


def row_out(row: AttendanceRow, explanation: str) -> AttendanceRowOut:
    """Write one row."""
    return AttendanceRowOut.model_construct(
        lesson=row.lesson,
        lesson_number=row.lesson_number,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        attendee=row.attendee,
        number=row.number,
        name=row.name,
        phone=row.phone,
        job_title=row.job_title,
        enterprise=row.enterprise,
        uscc=row.uscc,
        city=row.city,
        channel=row.channel,
        state=row.state,
        credit=row.credit,
        minutes=row.minutes,
        first_in_at=row.first_in_at,
        first_in_desk=row.first_in_desk or None,
        last_out_at=row.last_out_at,
        sources=[FactKind(source) for source in row.sources],
        inside=row.is_inside,
        conflict=row.is_conflict,
        corrected=row.is_corrected,
        explanation=explanation,
    )


def attendance_json(rows: Iterable[AttendanceRow]) -> Iterator[str]:
    """Write `{"items": […]}`, a few hundred rows at a time."""
    why = explainer()
    pending = ['{"items":[']
    for number, row in enumerate(rows):
        pending.append("," if number else "")
        pending.append(row_out(row, why(row.evidence)).model_dump_json())
        if len(pending) > JSON_CHUNK:
            yield "".join(pending)
            pending = []
    yield "".join([*pending, "]}"])
