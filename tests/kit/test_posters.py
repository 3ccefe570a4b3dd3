"""Share posters: the code on the picture decodes, whatever the texts beside it."""

import io
import time

import pytest
import zxingcpp
from PIL import Image

from app.kit import posters

URL = "https://peixun.example.gov.cn/trainings/3f2a9c0e7b1d4c6f8a5e2d1c0b9a8f7e"
LINES = ["时间：2026年3月19日（周四） 9:00—12:00", "地点：东莞市松山湖三号厅", "主办：某省某局"]
TITLE = "GB/T 19001 质量管理体系贯标培训（东莞智能装备产业集聚区专场）"


def draw(title: str = TITLE, lines: list[str] | None = None, url: str = URL) -> Image.Image:
    data = posters.poster(
        title, LINES if lines is None else lines, url, footer="长按识别二维码报名"
    )
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    return image.convert("L")


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        (TITLE, LINES),
        ("质", []),
        ("", [""]),
        ("中小微企业质量管理体系认证提升行动" * 20, ["很长的一行" * 50] * 8),
        ("w" * 300, ["https://a.example/" + "x" * 300]),
        ("a\nb\t\x00c\U0001f600", ["\r\n"]),
        ("，。、" * 50, ["！" * 200]),
    ],
)
def test_code_on_poster_decodes(title: str, lines: list[str]) -> None:
    image = draw(title, lines)
    assert image.size == (1080, 1440)
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [URL]


def test_code_decodes_from_a_small_jpeg_as_chats_make_it() -> None:
    out = io.BytesIO()
    draw().resize((540, 720)).save(out, "JPEG", quality=60)
    assert [code.text for code in zxingcpp.read_barcodes(Image.open(out))] == [URL]


def test_code_of_a_long_address_still_decodes() -> None:
    assert [code.text for code in zxingcpp.read_barcodes(draw(url=URL * 4))] == [URL * 4]


def test_text_stays_clear_of_the_edges_and_of_the_code() -> None:
    image = draw("质量管理体系" * 30, ["很长的一行文字" * 40] * 6)
    margins = [image.crop((0, 530, 80, 1440)), image.crop((1016, 530, 1080, 1440))]
    gap = image.crop((0, 960, 1080, 985))
    assert [min(part.get_flattened_data()) > 250 for part in (*margins, gap)] == [True] * 3


def test_chinese_letters_are_drawn_and_not_boxes() -> None:
    assert draw("质量").tobytes() != draw("管理").tobytes()


def test_no_row_begins_with_closing_punctuation() -> None:
    font = posters._font("400Regular", 40)
    rows = list(posters._wrapped("质量管理，" * 30, font, 400))
    assert len(rows) > 5
    assert [row for row in rows if row[0] in posters._NOT_FIRST] == []


def test_words_of_latin_letters_are_kept_whole() -> None:
    font = posters._font("400Regular", 40)
    rows = list(posters._wrapped("Quality management system training", font, 400))
    assert " ".join(rows) == "Quality management system training"


def test_drawing_takes_less_than_300_milliseconds() -> None:
    draw()
    before = time.process_time()
    posters.poster(TITLE, LINES, URL, footer="长按识别二维码报名")
    assert time.process_time() - before < 0.3
