"""Tables out and in: nothing typed becomes a formula, nothing uploaded harms the reader."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
import python_calamine
from openpyxl.worksheet.worksheet import Worksheet

from app.kit import spreadsheets
from app.kit.spreadsheets import Cell, Column, SpreadsheetRefused

ZONE = "Asia/Shanghai"
INSTANT = datetime(2026, 3, 18, 23, 30, 5, tzinfo=UTC)
FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://evil.example","点我")',
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "-",
    "+",
    "=",
)
PLAIN = ("-5", "+8613800138000", "-1,234.5", "5", "007", "张三", "https://a.example", "a@b.cn", "'")


def workbook(columns: list[Column], rows: list[list[Cell]], **more: str | tuple[str, ...]) -> bytes:
    with spreadsheets.xlsx(columns, rows, sheet="表", timezone=ZONE, **more) as file:  # type: ignore[arg-type]  # title or footnotes
        return file.read()


def text_of(columns: list[Column], rows: list[list[Cell]]) -> str:
    return b"".join(spreadsheets.csv(columns, rows, timezone=ZONE)).decode()


def opened(data: bytes) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def read(data: bytes, name: str = "a.xlsx", **more: int) -> spreadsheets.Table:
    return spreadsheets.read_table(
        data, file_name=name, max_bytes=more.pop("max_bytes", 10**7), **more
    )


def refusal(data: bytes, name: str = "a.xlsx", **more: int) -> str:
    with pytest.raises(SpreadsheetRefused) as refused:
        read(data, name, **more)
    return refused.value.code


# Writing xlsx


@pytest.mark.parametrize("text", [*FORMULAS, *PLAIN, "1e5", "TRUE", "2026-03-19"])
def test_xlsx_keeps_text_as_text(text: str) -> None:
    cell = opened(workbook([Column(text)], [[text]])).cell(2, 1)
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert cell.value == text.replace("\r", "\n")


def test_xlsx_types_cells_and_shows_local_time() -> None:
    kinds = ["text", "int", "decimal", "instant", "date", "percent"]
    columns = [Column(kind, kind) for kind in kinds]  # type: ignore[arg-type]  # they are kinds
    row: list[Cell] = ["甲", 1234, Decimal("4.25"), INSTANT, date(2026, 3, 19), 0.955]
    cells = opened(workbook(columns, [row]))[2]
    assert [(cell.value, cell.data_type, cell.number_format) for cell in cells] == [
        ("甲", "s", "@"),
        (1234, "n", "#,##0"),
        (4.25, "n", "0.00"),
        (datetime(2026, 3, 19, 7, 30, 5), "d", "yyyy-mm-dd hh:mm"),  # noqa: DTZ001 - wall clock
        (datetime(2026, 3, 19), "d", "yyyy-mm-dd"),  # noqa: DTZ001 - a date
        (0.955, "n", "0.0%"),
    ]


def test_xlsx_read_by_another_library_says_the_same() -> None:
    data = workbook([Column("姓名"), Column("分钟", "int")], [["李工", 90], ["王工", None]])
    book = python_calamine.load_workbook(io.BytesIO(data))
    assert book.get_sheet_by_index(0).to_python() == [
        ["姓名", "分钟"],
        ["李工", 90.0],
        ["王工", ""],
    ]


def test_xlsx_has_title_frozen_header_filter_widths_and_footnotes() -> None:
    data = workbook(
        [Column("甲", width=9), Column("乙", width=30)],
        [["1", "2"], ["3", "4"]],
        title="出勤表",
        footnotes=("注一", "注二"),
    )
    sheet = opened(data)
    assert [row[0].value for row in sheet.iter_rows()] == [
        "出勤表", "甲", "1", "3", None, "注一", "注二",
    ]  # fmt: skip
    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref == "A2:B4"
    assert [round(sheet.column_dimensions[c].width) for c in "AB"] == [10, 31]
    assert sheet["A2"].font.b


@pytest.mark.parametrize("cell", [10**15, 123456789012345678, float("nan"), float("inf")])
def test_xlsx_writes_numbers_it_cannot_hold_as_text(cell: float) -> None:
    assert opened(workbook([Column("a", "int")], [[cell]])).cell(2, 1).value == str(cell)


def test_xlsx_drops_control_characters_and_cuts_endless_text() -> None:
    sheet = opened(workbook([Column("a")], [["a\x00b\x1b\ud800c\n"], ["长" * 40_000]]))
    assert sheet["A2"].value == "abc\n"
    assert len(str(sheet["A3"].value)) == 32_767


@pytest.mark.parametrize("name", ["a/b[c]:*?", "'", "", "长" * 50])
def test_xlsx_takes_any_sheet_name(name: str) -> None:
    with spreadsheets.xlsx([Column("a")], [], sheet=name, timezone=ZONE) as file:
        assert len(openpyxl.load_workbook(file).sheetnames[0]) in range(1, 32)


def test_xlsx_refuses_naive_instants() -> None:
    with pytest.raises(ValueError, match="aware"):
        workbook([Column("a", "instant")], [[datetime(2026, 1, 1)]])  # noqa: DTZ001 - the point


def test_xlsx_refuses_rows_of_another_length() -> None:
    with pytest.raises(ValueError, match="argument"):
        workbook([Column("a")], [["1", "2"]])


def many_rows(count: int) -> Iterator[list[Cell]]:
    for number in range(count):
        yield [f"学员{number}", "某某有限公司", INSTANT + timedelta(minutes=number), number]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_writing_needs_no_more_memory_for_more_rows(kind: str) -> None:
    columns = [Column("姓名"), Column("企业"), Column("时间", "instant"), Column("分钟", "int")]

    def peak(count: int) -> int:
        tracemalloc.start()
        if kind == "xlsx":
            spreadsheets.xlsx(columns, many_rows(count), sheet="a", timezone=ZONE).close()
        else:
            for _chunk in spreadsheets.csv(columns, many_rows(count), timezone=ZONE):
                pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(5000) < peak(500) + 300_000


# Writing csv


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_takes_the_sting_out_of_formulas(text: str) -> None:
    assert next(
        csv.reader(io.StringIO(text_of([Column("甲")], [[text]]).split("\r\n", 1)[1], newline=""))
    ) == [f"'{text}"]


@pytest.mark.parametrize("text", PLAIN)
def test_csv_leaves_plain_text_readable(text: str) -> None:
    assert text_of([Column("甲"), Column("乙")], [[text, "x"]]).split("\r\n")[1] in {
        f"{text},x", f'"{text}",x',
    }  # fmt: skip


def test_csv_guards_the_header_too() -> None:
    assert text_of([Column("=1+1")], []) == "\ufeff'=1+1\r\n"


def test_csv_is_utf8_with_bom_and_typed_in_plain_words() -> None:
    row: list[Cell] = ['甲,"乙"\n丙', 1234, Decimal("4.25"), INSTANT, date(2026, 3, 19), None]
    data = b"".join(spreadsheets.csv([Column(c) for c in "abcdef"], [row], timezone=ZONE))
    assert (
        data
        == (
            '\ufeffa,b,c,d,e,f\r\n"甲,""乙""\n丙",1234,4.25,2026-03-19 07:30:05,2026-03-19,\r\n'
        ).encode()
    )


def test_csv_comes_in_pieces() -> None:
    columns = [Column(c) for c in "abcd"]
    pieces = list(spreadsheets.csv(columns, many_rows(1000), timezone=ZONE))
    assert len(pieces) > 3
    assert len(b"".join(pieces).decode().splitlines()) == 1001
