"""Uploaded tables: what is understood, and what is refused with which reason."""

import io
import random
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time

import openpyxl
import pytest

from app.kit import spreadsheets
from app.kit.spreadsheets import Row, SpreadsheetRefused

START = datetime(2026, 3, 19, 9, 0)  # noqa: DTZ001 - wall clock, as in the file
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'
)


def read(data: bytes, name: str = "a.xlsx", *, rows: int = 2000) -> spreadsheets.Table:
    return spreadsheets.read_table(data, file_name=name, max_bytes=10**7, max_rows=rows)


def refusal(data: bytes, name: str = "a.xlsx", *, rows: int = 2000) -> str:
    with pytest.raises(SpreadsheetRefused) as refused:
        read(data, name, rows=rows)
    return refused.value.code


def saved(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]  # a new workbook has a sheet
    return written(book)


def written(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def doctored(data: bytes, name: str, content: bytes) -> bytes:
    """Replace one member of a workbook, well compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
        if name not in old.namelist():
            new.writestr(name, content)
    return out.getvalue()


def with_sheet(body: str) -> bytes:
    return doctored(saved(["a"]), "xl/worksheets/sheet1.xml", SHEET.format(body).encode())


def test_xlsx_comes_typed_and_numbered_as_people_see_it() -> None:
    data = saved(
        ["名称", "日期", "时间", "开始", "名额", "单价", "公开"],
        [" 贯标 ", date(2026, 3, 19), time(9, 0), START, 100, 2.5, True],
        [],
        ["二", None, None, None, None, None, None],
    )
    table = read(data)
    assert table.header == ["名称", "日期", "时间", "开始", "名额", "单价", "公开"]
    assert table.rows == [
        Row(2, ["贯标", date(2026, 3, 19), time(9, 0), START, 100, 2.5, True]),
        Row(4, ["二", None, None, None, None, None, None]),
    ]


def test_xlsx_title_above_the_header_is_passed_over() -> None:
    assert read(saved(["2026年培训计划"], [], ["名称", "城市"], ["甲", "广州市"])) == (
        spreadsheets.Table(["名称", "城市"], [Row(4, ["甲", "广州市"])])
    )


def test_xlsx_hidden_sheet_is_passed_over() -> None:
    book = openpyxl.Workbook()
    book.active.append(["secret", "x"])  # type: ignore[union-attr]  # a new workbook has a sheet
    book.active.sheet_state = "hidden"  # type: ignore[union-attr]  # as above
    book.create_sheet("b").append(["名称", "城市"])
    assert read(written(book)).header == ["名称", "城市"]


def test_xlsx_formula_is_read_as_its_last_value() -> None:
    body = '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>'
    assert read(with_sheet(body + "</sheetData>")).header == ["1", "2"]


def test_xlsx_written_here_can_be_read_here() -> None:
    columns = [spreadsheets.Column("名称"), spreadsheets.Column("备注")]
    with spreadsheets.xlsx(columns, [["=1+1", "_x0041_"]], sheet="a", timezone="UTC") as file:
        assert read(file.read()).rows == [Row(2, ["=1+1", "_x0041_"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_understood_in_usual_encodings(encoding: str, delimiter: str) -> None:
    text = "名称,城市\r\n质量管理体系,广州市\r\n".replace(",", delimiter)
    assert read(text.encode(encoding), "a.CSV") == (
        spreadsheets.Table(["名称", "城市"], [Row(2, ["质量管理体系", "广州市"])])
    )


def test_csv_rows_are_numbered_by_line_also_after_line_breaks_in_cells() -> None:
    table = read('名称,备注\n甲,"一\n二"\n\n乙,\n'.encode(), "a.csv")
    assert table.rows == [Row(2, ["甲", "一\n二"]), Row(5, ["乙", None])]


def test_csv_row_longer_than_its_header_keeps_what_was_typed() -> None:
    assert read(b"a,b\n1,2,3,\n", "a.csv").rows == [Row(2, ["1", "2", "3"])]


def test_rows_up_to_the_limit_are_taken_and_one_more_is_refused() -> None:
    lines = [["a", "b"], *(["1", "2"] for _ in range(30))]
    text = "".join(",".join(line) + "\n" for line in lines).encode()
    assert len(read(saved(*lines), rows=30).rows) == 30
    assert refusal(saved(*lines), rows=29) == "spreadsheet_too_many_rows"
    assert len(read(text, "a.csv", rows=30).rows) == 30
    assert refusal(text, "a.csv", rows=29) == "spreadsheet_too_many_rows"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "spreadsheet_empty"),
        (b"\xef\xbb\xbf\n,,\n", "a.csv", "spreadsheet_empty"),
        (b"a,b\n", "a.pdf", "spreadsheet_type"),
        (b"a,b\n", "a.xlsx.exe", "spreadsheet_type"),
        (b"a,b\x00\n", "a.csv", "spreadsheet_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx", "spreadsheet_protected"),
        (b"\xff\xfea\x00,\x00\xd8", "a.csv", "spreadsheet_encoding"),
        (b"a,b\n\xff\xff\xff", "a.csv", "spreadsheet_encoding"),
        (b'a,b\n"open,1\n', "a.csv", "spreadsheet_damaged"),
        (b"a,b\n" + b"x" * 200_000, "a.csv", "spreadsheet_damaged"),
        (b"PK\x03\x04", "a.xlsx", "spreadsheet_damaged"),
    ],
)
def test_wrong_files_are_refused_by_name(data: bytes, name: str, code: str) -> None:
    assert refusal(data, name) == code


def test_refusals_say_what_to_do_in_chinese() -> None:
    with pytest.raises(SpreadsheetRefused, match="另存为"):
        read(b"", "a.xls")


def test_file_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(SpreadsheetRefused) as refused:
        spreadsheets.read_table(b"a,b\n1,2\n", file_name="a.csv", max_bytes=7)
    assert refused.value.code == "spreadsheet_too_large"


def test_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
    assert refusal(out.getvalue()) == "spreadsheet_type"


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_truncated_workbook_is_refused(keep: float) -> None:
    data = saved(*([["a", "b"]] * 50))
    assert refusal(data[: int(len(data) * keep)]) == "spreadsheet_damaged"


BOMBS = {
    "unpacks too far": doctored(saved(["a"]), "xl/media/a.bin", bytes(40 * 1024 * 1024)),
    "packed too well": doctored(saved(["a"]), "xl/media/a.bin", bytes(8 * 1024 * 1024)),
    "far away column": with_sheet(
        '<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData>'
    ),
    "entities": doctored(
        saved(["a"]),
        "xl/worksheets/sheet1.xml",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        + SHEET.format("<sheetData/>&b;").encode(),
    ),
    "no place": with_sheet('<sheetData><row r="1"><c r="1A"><v>1</v></c></row></sheetData>'),
    "broken xml": with_sheet("<sheetData><row>"),
    "long text many times": doctored(
        with_sheet(
            "<sheetData>"
            + "".join(
                f'<row r="{n}">' + '<c t="s"><v>0</v></c>' * 100 + "</row>" for n in range(1, 101)
            )
            + "</sheetData>"
        ),
        "xl/sharedStrings.xml",
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
        + b"a" * 30_000
        + b"</t></si></sst>",
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bomb_is_refused_before_a_reader_sees_it(bomb: str) -> None:
    assert refusal(BOMBS[bomb]) == "spreadsheet_damaged"


@pytest.mark.parametrize("row", [r'<row r="1048576"><c r="A1048576">', r'<row r="1048576"><c>'])
def test_cell_far_below_is_too_many_rows(row: str) -> None:
    body = f"<sheetData>{row}<v>1</v></c></row></sheetData>"
    assert refusal(with_sheet(body)) == "spreadsheet_too_many_rows"


def test_formatted_empty_rows_far_below_do_no_harm() -> None:
    body = (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
        '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    )
    assert read(with_sheet(body)).header == ["1", "2"]


def test_damaged_bytes_anywhere_never_escape_as_another_error() -> None:
    good = saved(*([["名称", "城市", 1, date(2026, 3, 19)]] * 20))
    chance = random.Random(20260319)
    for _ in range(300):
        data = bytearray(good)
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read(bytes(data), chance.choice(["a.xlsx", "a.csv"]))
        except SpreadsheetRefused:
            continue
