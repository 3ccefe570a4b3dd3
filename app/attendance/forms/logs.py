"""A platform's log into lines: which columns are read, every fault of every row at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Annotated

from pydantic import StringConstraints, model_validator

from app.attendance.commands.logs import Line
from app.attendance.models import Platform
from app.attendance.rules import headings, timing
from app.attendance.rules.headings import LABELS, Column
from app.kit import phones, spreadsheets
from app.kit.errors import Text
from app.kit.forms import Input, refuse
from app.kit.spreadsheets import Row, Table
from app.kit.texts import lazy as _

MOST_LINES = 50_000
MOST_BYTES = 16 * 1024 * 1024
PREAMBLE = 30  # rows about the meeting above the headings
Heading = Annotated[str, StringConstraints(max_length=300)]


class UploadForm(Input):
    """Which platform a file comes from."""

    platform: Platform


class ColumnsForm(Input):
    """Which heading of the file is which column of ours; blank ones are not read."""

    name: Heading = ""
    phone: Heading = ""
    enterprise: Heading = ""
    link: Heading = ""
    joined_at: Heading = ""
    left_at: Heading = ""
    duration: Heading = ""

    @model_validator(mode="after")
    def _is_sufficient(self) -> ColumnsForm:
        if not headings.sufficient(self.mapping):
            text = _("请至少选择姓名、手机号、个人链接之一，以及进入时间，再加离开时间或时长")
            raise refuse("columns_missing", text)
        return self

    @property
    def mapping(self) -> dict[Column, str]:
        """Give the columns that were chosen."""
        return {one: found for one in Column if (found := getattr(self, one.value))}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """What is wrong in one cell: the row's number as people see it, and the column's label."""

    row: int
    column: Text
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says; when there are faults nothing of it is taken."""

    lines: Sequence[Line]
    faults: Sequence[LineFault]


def read_file(data: bytes, *, file_name: str) -> Table:
    """Read a log with the headings in their place; SpreadsheetRefused says why not."""
    table = spreadsheets.read_table(
        data, file_name=file_name, max_bytes=MOST_BYTES, max_rows=MOST_LINES + PREAMBLE
    )
    rows = [Row(0, list(table.header)), *table.rows]
    place = headings.header_row(row.cells for row in rows[:PREAMBLE])
    header = [str(cell or "").strip() for cell in rows[place].cells]
    below = rows[place + 1 :]
    if len(below) > MOST_LINES:
        raise spreadsheets.SpreadsheetRefused(
            _("一个文件最多%(count)s行，请按场次或日期分成几个文件上传", count=MOST_LINES)
        )
    return Table(header=_unlike(header), rows=below)


def _unlike(header: Sequence[str]) -> list[str]:
    """Add a number to headings that occur again: each must name one column."""
    seen: dict[str, int] = {}
    found = []
    for heading in header:
        seen[heading] = seen.get(heading, 0) + 1
        found.append(heading if seen[heading] == 1 or not heading else f"{heading} {seen[heading]}")
    return found


def read_lines(table: Table, mapping: Mapping[Column, str], *, day: date, zone: tzinfo) -> Reading:
    """Read every line below the headings; times alone are of `day`, in `zone`."""
    places = {one: table.header.index(heading) for one, heading in mapping.items()}
    above = table.rows[0].number - 1 if table.rows else 0
    reader = _Reader(places, mapping, day=day, zone=zone, above=above)
    lines = [line for row in table.rows if (line := reader.line(row)) is not None]
    if not lines and not reader.faults:
        reader.faults.append(LineFault(row=1, column="", message=_("表头下面没有可读取的记录")))
    return Reading(lines=lines, faults=reader.faults)


class _Reader:
    """Reads rows one by one and collects what is wrong with them."""

    def __init__(
        self,
        places: Mapping[Column, int],
        mapping: Mapping[Column, str],
        *,
        day: date,
        zone: tzinfo,
        above: int,
    ) -> None:
        self._places, self._mapping, self._day, self._zone = places, mapping, day, zone
        self._above = above
        self.faults: list[LineFault] = []

    def line(self, row: Row) -> Line | None:
        """Give the line of a row; None when it is empty or has faults."""
        known = len(self.faults)
        cells = {
            one: row.cells[place] if place < len(row.cells) else None
            for one, place in self._places.items()
        }
        if all(cell is None for cell in cells.values()):
            return None
        who = [_text(cells.get(one)) for one in (Column.NAME, Column.LINK)]
        phone = _phone(cells.get(Column.PHONE))
        if not (phone or any(who)):
            self._add(row, Column.NAME, _("没有姓名，也没有手机号或个人链接"))
        joined_at = self._instant(row, cells, Column.JOINED_AT)
        left_at = self._left_at(row, cells, joined_at)
        if len(self.faults) > known or joined_at is None or left_at is None:
            return None
        return Line(
            number=row.number - self._above,
            name=who[0][:60],
            phone=phone,
            enterprise=_text(cells.get(Column.ENTERPRISE))[:120],
            link=who[1],
            joined_at=joined_at,
            left_at=left_at,
        )

    def _left_at(
        self, row: Row, cells: Mapping[Column, object], joined_at: datetime | None
    ) -> datetime | None:
        span = self._span(row, cells)
        if cells.get(Column.LEFT_AT) is None and span is not None:
            return joined_at + span if joined_at else None
        left_at = self._instant(row, cells, Column.LEFT_AT)
        if joined_at is None or left_at is None:
            return None
        if left_at < joined_at and timing.is_time_alone(cells[Column.LEFT_AT]):
            left_at += timedelta(days=1)
        if left_at < joined_at:
            self._add(row, Column.LEFT_AT, _("离开时间早于进入时间"))
            return None
        # first and last times hide absences: no line counts more than the platform's own sum
        return left_at if span is None else min(left_at, joined_at + span)

    def _span(self, row: Row, cells: Mapping[Column, object]) -> timedelta | None:
        cell = cells.get(Column.DURATION)
        if cell is None:
            return None
        span = timing.read_duration(cell, heading=self._mapping[Column.DURATION])
        if span is None:
            self._add(row, Column.DURATION, _("时长无法识别，请写成 1:23:45 或分钟数"))
        return span

    def _instant(self, row: Row, cells: Mapping[Column, object], column: Column) -> datetime | None:
        cell = cells.get(column)
        found = None if cell is None else timing.read_instant(cell, day=self._day, zone=self._zone)
        if cell is None:
            self._add(row, column, _("没有填写"))
        elif found is None:
            self._add(row, column, _("时间无法识别，请写成 2026-03-19 09:00:00"))
        return found

    def _add(self, row: Row, column: Column, message: Text) -> None:
        self.faults.append(LineFault(row=row.number, column=LABELS[column], message=message))


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).replace("\x00", "").strip()


def _phone(cell: object) -> str:
    """Give a number by which a person can be found; masked and foreign ones tell nothing."""
    try:
        return phones.parse_mobile(_text(cell))
    except phones.PhoneRefused:
        return ""


def choices_in(typed: Sequence[str]) -> dict[str, str]:
    """Read `line:attendee` pairs (public ids); what is none is left out."""
    pairs = (text.partition(":") for text in typed)
    return {line: attendee for line, _colon, attendee in pairs if line and attendee}
