"""An uploaded xlsx or csv file into a header and typed rows, or a refusal that says what to do."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import python_calamine

from app.kit.errors import Invalid
from app.kit.spreadsheets import unpacking
from app.kit.texts import lazy as _

Value = str | int | float | bool | date | datetime | time | None
"""What a cell can hold; `datetime` is wall-clock time without zone, as in the file."""

_BESIDES = 20
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",\t;"


class SpreadsheetRefused(Invalid):
    """The file cannot be taken; subclasses say why and what to do."""

    code = "spreadsheet_damaged"
    message = _("文件已损坏或无法读取，请用 Excel 或 WPS 重新保存后再上传")


class SpreadsheetType(SpreadsheetRefused):
    """Neither xlsx nor csv."""

    code = "spreadsheet_type"
    message = _("只能上传 .xlsx 或 .csv 文件；.xls 等其他格式请先另存为 .xlsx")


class SpreadsheetProtected(SpreadsheetRefused):
    """Encrypted, or in the old binary format: both look the same from outside."""

    code = "spreadsheet_protected"
    message = _("文件加了密码或为旧版 .xls 格式，请取消密码并另存为 .xlsx 后再上传")


class SpreadsheetTooLarge(SpreadsheetRefused):
    """More bytes than allowed."""

    code = "spreadsheet_too_large"
    message = _("文件太大，请只保留需要导入的内容后再上传")


class SpreadsheetTooManyRows(SpreadsheetRefused):
    """More rows than allowed."""

    code = "spreadsheet_too_many_rows"
    message = _("行数太多，请删除多余的空行或分成几个文件上传")


class SpreadsheetEncoding(SpreadsheetRefused):
    """Text in no known encoding."""

    code = "spreadsheet_encoding"
    message = _("无法识别文件的文字编码，请另存为“CSV UTF-8”或 .xlsx 后再上传")


class SpreadsheetEmpty(SpreadsheetRefused):
    """No header row."""

    code = "spreadsheet_empty"
    message = _("文件中没有内容，请使用下载的模板填写")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty; `number` is the one people see beside it."""

    number: int
    cells: list[Value]


@dataclass(frozen=True, slots=True)
class Table:
    """The first visible sheet: its header and the rows below it, padded to the same length."""

    header: list[str]
    rows: list[Row]


def read_table(data: bytes, *, file_name: str, max_bytes: int, max_rows: int = 2000) -> Table:
    """Read an uploaded table; its header is the first row with more than one filled cell.

    xlsx cells come typed, formulas as their last value; csv cells are all text (UTF-8, UTF-16
    with BOM, or GB18030). Texts are stripped, empty ones are None. Rows that are wholly empty
    are left out. Raises SpreadsheetRefused.
    """
    if len(data) > max_bytes:
        raise SpreadsheetTooLarge
    if not file_name.lower().endswith((".xlsx", ".csv")):
        raise SpreadsheetType
    if data.startswith(_OLE):
        raise SpreadsheetProtected
    read = _read_xlsx if data.startswith(_ZIP) else _read_csv
    return _table(read(data, max_rows), max_rows)


def _table(lines: Iterable[Row], max_rows: int) -> Table:
    filled = [line for line in lines if any(cell is not None for cell in line.cells)]
    if not filled:
        raise SpreadsheetEmpty
    start = next((n for n, row in enumerate(filled) if _count(row) > 1), 0)
    head, rows = filled[start], filled[start + 1 :]
    if len(rows) > max_rows:
        raise SpreadsheetTooManyRows
    header = ["" if cell is None else str(cell) for cell in head.cells]
    while header and not header[-1]:
        header.pop()
    return Table(header=header, rows=[_padded(row, len(header)) for row in rows])


def _count(row: Row) -> int:
    return sum(cell is not None for cell in row.cells)


def _padded(row: Row, width: int) -> Row:
    cells = row.cells + [None] * (width - len(row.cells))
    while len(cells) > width and cells[-1] is None:
        cells.pop()
    return Row(row.number, cells)


def _read_xlsx(data: bytes, max_rows: int) -> Iterator[Row]:
    try:
        safe = unpacking.repack(data, last_row=max_rows + _BESIDES)
    except unpacking.TooManyRows as error:
        raise SpreadsheetTooManyRows from error
    except unpacking.Suspicious as error:
        raise SpreadsheetRefused from error
    with zipfile.ZipFile(safe) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise SpreadsheetType
    safe.seek(0)
    for number, cells in enumerate(_sheet(safe), 1):
        yield Row(number, [_value(cell) for cell in cells])


def _sheet(safe: io.BytesIO) -> Sequence[Sequence[object]]:
    try:
        with python_calamine.load_workbook(safe) as book:
            visible = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible is python_calamine.SheetVisibleEnum.Visible
                and sheet.typ is python_calamine.SheetTypeEnum.WorkSheet
            ]
            if not visible:
                raise SpreadsheetEmpty
            return book.get_sheet_by_name(visible[0]).to_python(skip_empty_area=False)
    except python_calamine.CalamineError as error:
        raise SpreadsheetRefused from error


def _value(cell: object) -> Value:
    if isinstance(cell, str):
        return cell.strip("\ufeff \t\r\n\u3000\xa0") or None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < unpacking.EXACT:
        return int(cell)
    if isinstance(cell, timedelta):
        return str(cell)
    if isinstance(cell, bool | int | float | date | time):
        return cell
    return None


def _read_csv(data: bytes, max_rows: int) -> Iterator[Row]:
    text = _decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        start = 1
        for filled, cells in enumerate(reader):
            if filled > max_rows + _BESIDES:
                raise SpreadsheetTooManyRows
            yield Row(start, [_value(cell) for cell in cells])
            start = reader.line_num + 1
    except csv.Error as error:
        raise SpreadsheetRefused from error


def _decoded(data: bytes) -> str:
    if data.startswith(_UTF16):
        encodings = ["utf-16"]
    elif b"\x00" in data:
        raise SpreadsheetType
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SpreadsheetEncoding


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count)
