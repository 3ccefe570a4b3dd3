"""A table that was read, as text in a page: it waits there until somebody has looked at it.

It needs no signature: what comes back is judged as if it had just been uploaded.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any

from app.kit.spreadsheets import Row, SpreadsheetRefused, Table
from app.kit.texts import lazy as _

MOST_BYTES = 900_000  # a form may have 1 MiB
MOST_ROWS = 2000
TYPED: dict[str, type[date | time]] = {
    "at": datetime,
    "on": date,
    "time": time,
}  # a datetime is a date too: it is asked first


def packed(table: Table) -> str:
    """Write a table as text; SpreadsheetRefused when it is too long to wait in a page."""
    rows = [[row.number, *map(_packed, row.cells)] for row in table.rows]
    text = json.dumps([table.header, *rows], ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > MOST_BYTES:
        raise SpreadsheetRefused(_("表格内容太多，请分成几个文件导入"))
    return text


def unpacked(text: str) -> Table | None:
    """Read a table back; None when it is none."""
    try:
        header, *rows = json.loads(text)
        titles = [_title(one) for one in header]
        read = [Row(_number(row[0]), [_unpacked(cell) for cell in row[1:]]) for row in rows]
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    is_even = all(len(row.cells) == len(titles) for row in read)
    return Table(header=titles, rows=read) if is_even and len(read) <= MOST_ROWS else None


def _packed(cell: object) -> object:
    for name, kind in TYPED.items():
        if isinstance(cell, kind):
            return {name: cell.isoformat()}
    return cell


def _unpacked(cell: Any) -> Any:
    if isinstance(cell, dict):
        [(name, text)] = cell.items()
        return TYPED[name].fromisoformat(text)
    if cell is None or isinstance(cell, str | int | float):
        return cell
    raise TypeError


def _title(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError
    return text


def _number(number: Any) -> int:
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError
    return number
