"""Printed documents: what was handed in stands on the page, as typed, in our own fonts."""

import base64
import copy
import hashlib
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from app.kit import documents, qr_codes

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOSTILE = (
    '#panic("x") #read("/etc/passwd") $x^2$ *b* _i_ `c` @ref <label> \\ // /* "quote" [x] {y} = h'
)


def sheet(*, rows: int = 3, electronic: bool = False, **changes: object) -> dict[str, object]:
    columns = [("序号", 12), ("姓名", 24), ("单位", "1fr"), ("职务", 24), ("联系电话", 26)]
    ends = [("签到时间", 30), ("签退时间", 30), ("方式", 16)] if electronic else [("签名", 30)]
    cells = ["2026-03-19 08:55", "2026-03-19 12:02", "扫码"] if electronic else [""]
    plain: dict[str, object] = {
        "language": "zh",
        "heading": "签到表",
        "title": "质量管理体系贯标培训",
        "landscape": electronic,
        "facts": [["主办单位", "某省某局"], ["时间", "3月19日上午"], ["地点", "东莞市三号厅"]],
        "columns": [
            {"label": label, "width": width, "align": "left"}
            for label, width in [*columns, *ends, ("备注", 20)]
        ],
        "rows": [
            [str(n), f"学员{n}号", "某某智能装备有限公司", "经理", "138****8000", *cells, ""]
            for n in range(1, rows + 1)
        ],
        "spare_rows": 0 if electronic else 2,
        "row_height": 9,
        "signatures": ["签到负责人"],
        "note": "请本人签名，不得代签。",
        "footer": "贯标培训",
        "page_label": "第 {page} 页，共 {pages} 页",
    }
    return plain | changes


def cards(count: int) -> dict[str, object]:
    card = {
        "name": "欧阳晓𬭎",
        "enterprise": "某某智能装备有限公司",
        "training": "质量管理体系贯标培训",
        "date": "2026年3月19日（周四） 9:00—12:00",
        "place": "东莞市三号厅",
        "channel": "现场参加",
    }
    codes = [qr_codes.svg(f"https://peixun.example/t/{n:048d}", title="码") for n in range(count)]
    return {
        "language": "zh",
        "title": "参训码",
        "hint": "现场请出示此码签到",
        "cards": [{**card, "qr": code} for code in codes],
    }


def pages(data: bytes) -> list[str]:
    """Return each page's text without spaces, which a PDF keeps only roughly."""
    read = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    return ["".join(text.replace("\u200b", "").split()) for text in read]


def render(template: str, data: dict[str, object]) -> list[str]:
    return pages(documents.render(template, data, created_at=NOW))


def test_sign_in_sheet_bears_names_facts_columns_and_spare_rows() -> None:
    [page] = render("sign_in_sheet", sheet())
    wanted = ["签到表", "质量管理体系贯标培训", "主办单位", "东莞市三号厅", "签名", "备注"]
    wanted += ["1学员1号", "3学员3号", "138****8000", "签到负责人", "第1页，共1页", "不得代签"]
    assert [text for text in wanted if text not in page] == []
    assert page.index("3学员3号") < page.index("45")


def test_electronic_sheet_bears_times_and_methods_in_landscape() -> None:
    data = documents.render("sign_in_sheet", sheet(electronic=True), created_at=NOW)
    box = PdfReader(io.BytesIO(data)).pages[0].mediabox
    assert box.width > box.height
    assert "2026-03-1908:552026-03-1912:02扫码" in pages(data)[0]


def test_long_sheet_repeats_its_header_and_counts_its_pages() -> None:
    made = render("sign_in_sheet", sheet(rows=100))
    assert len(made) == 4
    assert ["序号姓名单位职务" in page for page in made] == [True] * 4
    assert [f"第{n}页，共4页" in page for n, page in enumerate(made, 1)] == [True] * 4


def test_sheet_in_english_says_nothing_in_chinese() -> None:
    data = sheet(rows=0, language="en", heading="Sign-in sheet", title="Quality training",
                 facts=[["Place", "Dongguan"]], footer="Guanbiao", note="Sign in person.",
                 signatures=["Signed"], page_label="Page {page} of {pages}",
                 columns=[{"label": "No.", "width": 12, "align": "center"},
                          {"label": "Name", "width": "1fr", "align": "left"}])  # fmt: skip
    [page] = render("sign_in_sheet", data)
    assert page.isascii()
    assert "Page1of1" in page


def test_sheet_of_300_rows_takes_less_than_two_seconds() -> None:
    documents.render("sign_in_sheet", sheet(), created_at=NOW)
    before = time.process_time()
    documents.render("sign_in_sheet", sheet(rows=300), created_at=NOW)
    assert time.process_time() - before < 2


@pytest.mark.parametrize("text", [HOSTILE, "\\u{41}#sys.inputs", "{page}"])
def test_hostile_text_is_printed_as_typed(text: str) -> None:
    hostile = sheet(rows=1, title=text, note=text, facts=[["名", text]])
    cells = copy.deepcopy(hostile["rows"])
    assert isinstance(cells, list)
    cells[0][2] = text
    [page] = render("sign_in_sheet", hostile | {"rows": cells})
    assert page.count("".join(text.split())) == 4


def test_name_with_a_character_that_no_font_has_is_still_printed() -> None:
    made = documents.render("sign_in_sheet", sheet(title="𠮷𬺈先生"), created_at=NOW)
    assert made.startswith(b"%PDF-")


def test_cards_stand_eight_to_a_page() -> None:
    made = render("qr_cards", cards(9))
    assert [page.count("欧阳晓𬭎") for page in made] == [8, 1]
    assert [
        text for text in ["某某智能装备", "东莞市三号厅", "现场参加"] if text not in made[0]
    ] == []


def test_codes_on_cards_decode_from_the_printed_page() -> None:
    [page] = documents.pictures("qr_cards", cards(8), created_at=NOW)
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))
    assert sorted(code.text for code in found) == [
        f"https://peixun.example/t/{n:048d}" for n in range(8)
    ]


def test_card_with_very_long_texts_stays_one_card_of_eight() -> None:
    data = cards(8)
    assert isinstance(data["cards"], list)
    for card in data["cards"]:
        card |= {
            "name": "名" * 60,
            "enterprise": "企" * 120,
            "training": "训" * 200,
            "place": "w" * 300,
        }
    assert len(render("qr_cards", data)) == 1


def test_only_our_fonts_are_used_and_embedded() -> None:
    reader = PdfReader(io.BytesIO(documents.render("sign_in_sheet", sheet(), created_at=NOW)))
    fonts = reader.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]  # a PDF's own keys
    names = {str(font.get_object()["/BaseFont"]).split("+")[1] for font in fonts}
    assert names == {"NotoSansSC-Regular", "NotoSansSC-Bold"}


def test_equal_input_gives_equal_bytes() -> None:
    first, second = (documents.render("qr_cards", cards(1), created_at=NOW) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", ["missing", "../mail", "page.typ", "/etc/passwd", ""])
def test_unknown_template_is_refused(name: str) -> None:
    with pytest.raises(documents.DocumentFailed, match="no document template"):
        documents.render(name, {}, created_at=NOW)


def test_data_that_does_not_fit_is_a_named_failure() -> None:
    with pytest.raises(documents.DocumentFailed, match="sign_in_sheet"):
        documents.render("sign_in_sheet", {"title": "x"}, created_at=NOW)


def test_fonts_are_those_of_the_manifest_unchanged() -> None:
    manifest = json.loads((documents.FONTS / "MANIFEST.json").read_text())
    assert {entry["name"]: entry["sha384"] for entry in manifest["files"]} == {
        path.name: base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
        for path in documents.FONTS.iterdir()
        if path.name != "MANIFEST.json"
    }


def test_documents_made_at_the_same_time_do_not_mix() -> None:
    wanted = [f"标题{number}" for number in range(12)]

    def made(title: str) -> bool:
        [page] = render("sign_in_sheet", sheet(title=title))
        return title in page

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(made, wanted)) == [True] * 12
