"""The share poster of a training: one picture with title, facts and QR code for a chat."""

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from app.kit import qr_codes

WIDTH, HEIGHT = 1080, 1440
_FONTS = Path(__file__).with_name("data") / "fonts"
_MARGIN = 84
_BAND = 520
_BLUE, _LIGHT, _PALE = "#1a4f8b", "#2a65a8", "#cfe0f3"
_PAPER, _INK = "#ffffff", "#1f2d3d"
_CODE = 372
_GAP = 22
_LONGEST = 160
_WORDS = re.compile(r"[!-~]+|\s|.", re.DOTALL)
_NOT_FIRST = "，。、；：！？）》」』】〕”’…—·％"

Font = ImageFont.FreeTypeFont


def poster(title: str, lines: Sequence[str], qr_text: str, *, footer: str) -> bytes:
    """Draw a poster of 1080 by 1440 pixels as PNG.

    `lines` (date, place, organiser …) stand below the title, the code of `qr_text` beside
    `footer`, which says what scanning it does. Long texts are set smaller, then cut with an
    ellipsis.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    _draw_band(draw)
    _draw_title(draw, title)
    _draw_lines(draw, lines)
    _draw_code(draw, qr_text)
    _draw_footer(draw, footer)
    out = io.BytesIO()
    image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        out, "PNG", compress_level=6
    )
    return out.getvalue()


def _draw_band(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((0, 0, WIDTH, _BAND), fill=_BLUE)
    draw.ellipse((700, -260, 1300, 340), outline=_LIGHT, width=56)
    draw.ellipse((-220, 420, 200, 840), outline=_LIGHT, width=36)
    draw.rectangle((0, _BAND, WIDTH, HEIGHT), fill=_PAPER)
    draw.rectangle((0, _BAND, WIDTH, _BAND + 8), fill=_PALE)


def _draw_title(draw: ImageDraw.ImageDraw, title: str) -> None:
    width, height = WIDTH - 2 * _MARGIN, _BAND - 150
    sizes = (92, 80, 70, 60, 52, 44)
    font, rows = _fitted(title, "700Bold", sizes=sizes, box=(width, height))
    top = (_BAND - _row_height(font) * len(rows)) // 2 + 16
    draw.rectangle((_MARGIN, top - 44, _MARGIN + 96, top - 34), fill=_PALE)
    _write(draw, rows, font, at=(_MARGIN, top), colour=_PAPER)


def _draw_lines(draw: ImageDraw.ImageDraw, lines: Sequence[str]) -> None:
    top, left = _BAND + 52, _MARGIN + 44
    font, blocks = _fitted_lines(lines, WIDTH - _MARGIN - left, HEIGHT - _CODE - 110 - top)
    for rows in blocks:
        middle = top + _row_height(font) // 2
        draw.rectangle((_MARGIN, middle - 9, _MARGIN + 17, middle + 8), fill=_LIGHT)
        _write(draw, rows, font, at=(left, top), colour=_INK)
        top += _row_height(font) * len(rows) + _GAP


def _draw_code(draw: ImageDraw.ImageDraw, text: str) -> None:
    """Draw the code in whole pixels per module, its quiet zone within the frame."""
    rows = qr_codes.matrix(text)
    scale = max(_CODE // (len(rows) + 2 * qr_codes.QUIET_ZONE), 1)
    left, top = _MARGIN, HEIGHT - _MARGIN - _CODE + 8
    draw.rounded_rectangle(
        (left, top, left + _CODE, top + _CODE), radius=20, fill=_PAPER, outline=_PALE, width=3
    )
    edge = (_CODE - scale * len(rows)) // 2
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                at = (left + edge + x * scale, top + edge + y * scale)
                draw.rectangle((*at, at[0] + scale - 1, at[1] + scale - 1), fill="black")


def _draw_footer(draw: ImageDraw.ImageDraw, footer: str) -> None:
    left = _MARGIN + _CODE + 48
    box = (WIDTH - _MARGIN - left, _CODE)
    font, rows = _fitted(footer, "700Bold", sizes=(46, 40, 34, 28), box=box)
    top = HEIGHT - _MARGIN - _CODE + 8 + (_CODE - _row_height(font) * len(rows)) // 2
    _write(draw, rows, font, at=(left, top), colour=_BLUE)


def _font(weight: str, size: int) -> Font:
    path = _FONTS / f"NotoSansSC_{weight}.ttf"
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _fitted(
    text: str, weight: str, *, sizes: Sequence[int], box: tuple[int, int]
) -> tuple[Font, list[str]]:
    """Return the largest font in which the text fits the box, and its rows."""
    for size in sizes:
        font = _font(weight, size)
        rows = list(_wrapped(text, font, box[0]))
        if len(rows) * _row_height(font) <= box[1]:
            break
    return font, _cut(rows, box[1] // _row_height(font))


def _fitted_lines(lines: Sequence[str], width: int, height: int) -> tuple[Font, list[list[str]]]:
    """Return the largest font in which all lines fit one below the other, and their rows."""
    room = height - _GAP * len(lines)
    for size in (40, 36, 32, 28, 24, 20):
        font = _font("400Regular", size)
        blocks = [list(_wrapped(line, font, width)) for line in lines]
        if sum(map(len, blocks)) * _row_height(font) <= room:
            return font, blocks
    most = room // (_row_height(font) * len(lines))
    return font, [_cut(rows, most) for rows in blocks]


def _cut(rows: list[str], most: int) -> list[str]:
    if len(rows) <= max(most, 1):
        return rows
    kept = rows[: max(most, 1)]
    return [*kept[:-1], kept[-1][:-1] + "…"]


def _wrapped(text: str, font: Font, width: int) -> Iterator[str]:
    """Break where Chinese may break: not before closing punctuation, not within a word."""
    row = ""
    for piece in _pieces(text, font, width):
        if row and font.getlength(row + piece.rstrip()) > width and piece not in _NOT_FIRST:
            yield row.rstrip()
            row = piece.lstrip()
        else:
            row += piece
    yield row.rstrip()


def _pieces(text: str, font: Font, width: int) -> Iterator[str]:
    for word in _WORDS.findall(" ".join(text.split())[:_LONGEST]):
        if font.getlength(word) <= width:
            yield word
        else:
            yield from word


def _row_height(font: Font) -> int:
    return round(font.size * 1.4)


def _write(
    draw: ImageDraw.ImageDraw,
    rows: Sequence[str],
    font: Font,
    *,
    at: tuple[int, int],
    colour: str,
) -> None:
    height = _row_height(font)
    for number, row in enumerate(rows):
        middle = at[1] + height * number + height // 2
        draw.text((at[0], middle), row, font=font, fill=colour, anchor="lm")
