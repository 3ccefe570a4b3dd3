"""A sheet as it was typed in: which rows were changed, and what they say now."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from app.attendance.commands.paper import Entry
from app.attendance.queries.paper import SheetRow
from app.kit.errors import FieldFault
from app.kit.forms import Form
from app.kit.texts import lazy as _
from app.trainings.models import Lesson

_CLOCK = re.compile(r"(\d{1,2})(?:[:.时点]?(\d{2})分?|[时点])?")
_EARLY = timedelta(hours=12)


class Sheet:
    """The typed rows of one page, `first` the number of its first; `form` keeps what is wrong."""

    def __init__(self, form: Form, lesson: Lesson, zone: tzinfo, *, first: int = 1) -> None:
        self.form, self._first = form, first
        self._starts_at = lesson.starts_at.astimezone(zone)
        self._ends_at = lesson.ends_at.astimezone(zone)

    def entries(self) -> list[Entry]:
        """Give the entries of the rows that differ from what was shown, faults into the form."""
        found = (self._entry(f"rows-{number}") for number in self.form.indexes("rows"))
        return [entry for entry in found if entry is not None]

    def _entry(self, row: str) -> Entry | None:
        here, came, left = (
            self.form.text(f"{row}-{name}").strip() for name in ("here", "in", "out")
        )
        who, was = self.form.text(f"{row}-who"), self.form.text(f"{row}-was")
        if f"{here}|{came}|{left}" == was:
            return None
        # without JavaScript a time is typed and the tick forgotten
        is_here = bool(here) or (bool(came or left) and not was.endswith(f"|{came}|{left}"))
        if not is_here:
            return Entry(attendee=who)
        in_at = self._at(came, f"{row}-in") if came else self._starts_at
        out_at = self._at(left, f"{row}-out") if left else None
        if in_at is None or (left and out_at is None):
            return None
        if out_at is not None and out_at <= in_at:
            self._add(f"{row}-out", str(_("离开时间应晚于到达时间")))
            return None
        return Entry(attendee=who, in_at=in_at, out_at=out_at)

    def _at(self, typed: str, field: str) -> datetime | None:
        found = read_clock(typed)
        if found is None:
            self._add(field, str(_("时间请写成 9:05 或 0905")))
            return None
        at = datetime.combine(self._day, found, tzinfo=self._starts_at.tzinfo)
        crosses = self._ends_at.date() > self._day
        return at + timedelta(days=1) if crosses and at < self._starts_at - _EARLY else at

    @property
    def _day(self) -> date:
        return self._starts_at.date()

    def _add(self, field: str, message: str) -> None:
        number = self._first + int(field.split("-")[1])
        text = str(_("第%(number)s号：%(message)s", number=number, message=message))
        self.form.add([FieldFault(field=field, code="time", message=text)])


def read_clock(typed: str) -> time | None:
    """Give the time of day in `9:05`, `0905`, `9点`; None when it is none."""
    match = _CLOCK.fullmatch(unicodedata.normalize("NFKC", typed).replace(" ", ""))
    if match is None:
        return None
    try:
        return time(int(match[1]), int(match[2] or 0))
    except ValueError:
        return None


def shown(rows: Sequence[SheetRow], zone: tzinfo) -> Form:
    """Give a form that shows what is entered; `was` lets a row be found that nobody changed."""
    values: dict[str, str | list[str]] = {}
    for place, row in enumerate(rows):
        here = "1" if row.paper.in_at else ""
        came, left = _clock(row.paper.in_at, zone), _clock(row.paper.out_at, zone)
        values |= {
            f"rows-{place}-{name}": text
            for name, text in (
                ("here", here),
                ("in", came),
                ("out", left),
                ("was", f"{here}|{came}|{left}"),
            )
        }
    return Form(values)


def _clock(at: datetime | None, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%-H:%M}" if at else ""
