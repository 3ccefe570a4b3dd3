"""Rows into xlsx or csv bytes: typed cells, no text becomes a formula, flat memory."""

import csv as csv_format
import io
import math
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Literal
from zoneinfo import ZoneInfo

import xlsxwriter

Kind = Literal["text", "int", "decimal", "instant", "date", "percent"]
Cell = str | int | float | Decimal | datetime | date | None

_FORMATS: dict[Kind, str] = {
    "text": "@",
    "int": "#,##0",
    "decimal": "0.00",
    "instant": "yyyy-mm-dd hh:mm",
    "date": "yyyy-mm-dd",
    "percent": "0.0%",
}
_LONGEST_TEXT = 32_767
_LONGEST_AS_TEXT_FORMAT = 255
_LARGEST_EXACT = 10**15
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
_ACTIVE = tuple("=+-@\t\r\n＝＋－＠")
_NUMBER = re.compile(r"[+-]\d+(?:[.,]\d+)*%?", re.ASCII)
_CHUNK_ROWS = 200


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, what its cells are, its width in characters."""

    title: str
    kind: Kind = "text"
    width: int = 14


def xlsx(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet: str,
    timezone: str,
    title: str | None = None,
    footnotes: Sequence[str] = (),
) -> BinaryIO:
    """Write a workbook of one sheet and return it as an open file at its beginning.

    `rows` may be a generator: memory stays flat, the file lives on disk and vanishes when
    closed. Aware instants are shown in IANA zone `timezone`; percent cells hold shares (0.5).
    Text stays text, whatever it begins with. Naive datetimes raise ValueError.
    """
    out = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
    try:
        with xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False}) as book:
            _Sheet(book, columns, sheet, ZoneInfo(timezone)).fill(rows, title, footnotes)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


def csv(
    columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, timezone: str
) -> Iterator[bytes]:
    """Yield a csv file in UTF-8 with BOM, a few hundred rows at a time.

    Text that a spreadsheet would execute gets an apostrophe in front; numbers such as `-5` and
    `+8613800138000` stay as they are.
    """
    zone = ZoneInfo(timezone)
    buffer = io.StringIO()
    writer = csv_format.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([_harmless(column.title) for column in columns])
    for number, row in enumerate(rows, 1):
        writer.writerow([_as_text(cell, zone) for cell in row])
        if number % _CHUNK_ROWS == 0:
            yield _drain(buffer)
    yield _drain(buffer)


class _Sheet:
    """The sheet being written, top to bottom, one row at a time."""

    def __init__(
        self, book: xlsxwriter.Workbook, columns: Sequence[Column], name: str, zone: ZoneInfo
    ) -> None:
        name = _NOT_IN_SHEET_NAMES.sub(" ", clean(name)).strip(" '")[:31] or "1"
        self._sheet = book.add_worksheet(name)
        self._columns = columns
        self._zone = zone
        self._row = 0
        self._formats = {kind: book.add_format({"num_format": f}) for kind, f in _FORMATS.items()}
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._note = book.add_format({"font_color": "#555555"})
        self._head = book.add_format(
            {"bold": True, "bg_color": "#DCE8F5", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self._writers: list[Callable[[int, int, Any], None]] = [
            self._writer(column.kind) for column in columns
        ]

    def fill(
        self, rows: Iterable[Sequence[Cell]], title: str | None, footnotes: Sequence[str]
    ) -> None:
        for place, column in enumerate(self._columns):
            self._sheet.set_column(place, place, column.width)
        if title:
            self._line(title, self._title)
        head = self._row
        for place, column in enumerate(self._columns):
            self._text(head, place, column.title, self._head)
        self._row += 1
        self._sheet.freeze_panes(self._row, 0)
        self._write(rows)
        self._sheet.autofilter(head, 0, max(head, self._row - 1), len(self._columns) - 1)
        self._page(head)
        self._row += 1
        for note in footnotes:
            self._line(note, self._note)

    def _write(self, rows: Iterable[Sequence[Cell]]) -> None:
        writers = self._writers
        for row in rows:
            number = self._row
            for place, (write, cell) in enumerate(zip(writers, row, strict=True)):
                if cell is not None and cell != "":
                    write(number, place, cell)
            self._row += 1

    def _writer(self, kind: Kind) -> Callable[[int, int, Any], None]:
        """Return what writes a cell of this column, by the type that the value really has."""
        number_format = self._formats[kind if kind != "text" else "int"]
        as_number = kind in {"int", "decimal", "percent"}
        instant, day, text = (self._formats[k] for k in ("instant", "date", "text"))
        sheet = self._sheet

        def write(row: int, place: int, cell: Any) -> None:
            if isinstance(cell, str):
                plain = len(cell) <= _LONGEST_AS_TEXT_FORMAT
                self._text(row, place, cell, text if plain else None)
            elif isinstance(cell, datetime):
                sheet.write_datetime(row, place, _local(cell, self._zone), instant)
            elif isinstance(cell, date):
                sheet.write_datetime(row, place, cell, day)
            elif as_number and math.isfinite(cell) and abs(cell) < _LARGEST_EXACT:
                sheet.write_number(row, place, cell, number_format)
            else:
                self._text(row, place, str(cell), text)

        return write

    def _text(self, row: int, place: int, text: str, style: object) -> None:
        lines = clean(text).replace("\r\n", "\n").replace("\r", "\n")
        self._sheet.write_string(row, place, lines[:_LONGEST_TEXT], style)

    def _line(self, text: str, style: object) -> None:
        self._text(self._row, 0, text, style)
        self._row += 1

    def _page(self, head: int) -> None:
        self._sheet.repeat_rows(head)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)


def clean(text: str) -> str:
    """Drop the control characters and broken surrogates that no file format can hold."""
    return _CONTROLS.sub("", text)


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    if instant.tzinfo is None:
        message = "a spreadsheet takes aware instants only"
        raise ValueError(message)
    return instant.astimezone(zone).replace(tzinfo=None)


def _as_text(cell: Cell, zone: ZoneInfo) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return _local(cell, zone).isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, str):
        return _harmless(cell)
    return str(cell)


def _harmless(text: str) -> str:
    text = clean(text)
    if text.startswith(_ACTIVE) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _drain(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data
