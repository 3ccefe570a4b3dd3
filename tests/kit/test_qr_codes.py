"""QR codes that every reader reads, whatever the mask, the format and the text."""

import io
import time
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from app.kit import qr_codes

TICKET = "https://peixun.example.gov.cn/t/k1.AbCdEfGhIjKlMnOpQrStUv.0123456789abcdefABCDEF_-xyz"
SVG = "{http://www.w3.org/2000/svg}"


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def paint(rows: list[list[bool]]) -> Image.Image:
    side = (len(rows) + 8) * 4
    image = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(image)
    for y, row in enumerate(rows, 4):
        for x, dark in enumerate(row, 4):
            if dark:
                draw.rectangle((x * 4, y * 4, x * 4 + 3, y * 4 + 3), fill=0)
    return image


def paint_path(svg: str) -> Image.Image:
    """Fill the rectangles of the path as a browser would, four pixels to the unit."""
    root = ET.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[2]) * 4
    image = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(image)
    for run in root.findall(f"{SVG}path")[1].attrib["d"].strip("Mz").split("zM"):
        x, rest = run.split(" ")
        y, width = rest.split("v")[0].split("h")
        left, top = int(x) * 4, int(y) * 4
        draw.rectangle((left, top, left + int(width) * 4 - 1, top + 3), fill=0)
    return image


@pytest.mark.parametrize("mask", range(8))
def test_matrix_with_any_mask_decodes(mask: int) -> None:
    assert read(paint(qr_codes._matrix(TICKET, mask))) == [TICKET]


def test_masks_all_occur_among_a_hundred_texts() -> None:
    drawn = [qr_codes.matrix(f"{TICKET}{n}") for n in range(100)]
    masks = {
        next(m for m in range(8) if qr_codes._matrix(f"{TICKET}{n}", m) == drawn[n])
        for n in range(100)
    }
    assert masks == set(range(8))


@pytest.mark.parametrize("text", [TICKET, "1", "培训码：张三·广州", "a" * 1000, 'x & <y> "z"'])
@pytest.mark.parametrize("scale", [1, 3, 8])
def test_png_decodes_to_the_text(text: str, scale: int) -> None:
    image = Image.open(io.BytesIO(qr_codes.png(text, scale=scale)))
    image.load()
    larger = image.convert("L").resize((image.width * 4, image.height * 4), 0)
    assert read(larger) == [text]


def test_svg_decodes_to_the_text() -> None:
    assert read(paint_path(qr_codes.svg(TICKET, title="x"))) == [TICKET]


def test_svg_keeps_four_white_modules_on_every_side() -> None:
    image = paint_path(qr_codes.svg(TICKET, title="x"))
    dark = image.point(lambda value: 255 - value).getbbox()
    assert dark == (16, 16, image.width - 16, image.height - 16)


def test_svg_bears_its_title_as_typed_when_title_is_hostile() -> None:
    title = '</title><script>alert(1)</script>" onload="x'
    root = ET.fromstring(qr_codes.svg("1", title=title))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == title
    assert root.findtext(f"{SVG}title") == title
    assert [child.tag for child in root] == [f"{SVG}title", f"{SVG}path", f"{SVG}path"]


def test_same_text_draws_the_same_bytes() -> None:
    assert qr_codes.png(TICKET) == qr_codes.png(TICKET)


def test_drawing_takes_a_few_milliseconds() -> None:
    qr_codes.svg(TICKET, title="x")
    before = time.process_time()
    for n in range(50):
        qr_codes.svg(f"{TICKET}{n}", title="x")
    assert (time.process_time() - before) / 50 < 0.008
