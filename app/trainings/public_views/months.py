"""A month of lessons laid out in weeks."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import url_for

from app.kit import working_days
from app.kit.errors import Text
from app.kit.languages import clock_time
from app.kit.texts import lazy as _
from app.trainings import rules
from app.trainings.models import Lesson

_WEEKS = calendar.Calendar(firstweekday=0)
Link = tuple[str, str, str, str]  # label, address, tone, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One square of the calendar, as templates/macros/calendar.html wants it."""

    date: date
    in_month: bool
    note: Text = ""
    is_off: bool = False
    entries: list[Link] = field(default_factory=list)


def month_weeks(
    month: date, lessons: Iterable[Lesson], zone: ZoneInfo, now: datetime
) -> list[list[Day]]:
    """Lay `lessons` (with their trainings) out in the weeks of a month, Monday first."""
    by_day: dict[date, list[Link]] = defaultdict(list)
    for lesson in lessons:
        by_day[lesson.starts_at.astimezone(zone).date()].append(_link(lesson, now))
    return [
        [_day(on, month, by_day.get(on, [])) for on in week]
        for week in _WEEKS.monthdatescalendar(month.year, month.month)
    ]


def _day(on: date, month: date, entries: list[Link]) -> Day:
    judged = working_days.kind_of(on)
    note: Text = ""
    if judged.kind is working_days.Kind.HOLIDAY and judged.holiday is not None:
        note = judged.holiday
    elif judged.kind is working_days.Kind.MAKEUP_WORKDAY:
        note = _("班")
    return Day(
        date=on,
        in_month=on.month == month.month,
        note=note,
        is_off=not judged.is_working_day,
        entries=entries if on.month == month.month else [],
    )


def _link(lesson: Lesson, now: datetime) -> Link:
    training = lesson.training
    status = rules.status_at(rules.facts_of(training), now)
    return (
        training.title,
        url_for("trainings.show", training_id=training.public_id),
        rules.tone_of(status),
        clock_time(lesson.starts_at),
    )
