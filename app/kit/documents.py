"""Printed documents: a Typst template and JSON data become a PDF, with our own fonts only."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Literal

import typst

Standard = Literal["a-2a", "a-2b", "ua-1", "1.7"]

TEMPLATES = Path(__file__).parents[2] / "templates" / "documents"
FONTS = Path(__file__).with_name("data") / "fonts"
_ONE_AT_A_TIME = Lock()


class DocumentFailed(Exception):
    """A template and its data do not fit together: a fault of the program, not of its users."""


class GlyphMissing(DocumentFailed):
    """A name has a character that the fonts lack; PDF/A does not allow the empty box for it."""


def render(
    template: str,
    data: Mapping[str, object],
    *,
    created_at: datetime,
    pdf_standard: Standard = "a-2a",
) -> bytes:
    """Return the PDF of `templates/documents/<template>.typ` filled with `data`.

    `data` is plain JSON data; every text in it is printed as typed and never read as markup.
    Labels come with the data, so a document speaks the language of whoever asked for it.
    The aware `created_at` is the only clock: equal input gives equal bytes. A character that the
    fonts lack (rare ones of names) is printed as a box, and the document is then plain PDF.
    """
    try:
        return _compile(template, data, created_at=created_at, standard=pdf_standard)[0]
    except GlyphMissing:
        return _compile(template, data, created_at=created_at)[0]


def pictures(
    template: str, data: Mapping[str, object], *, created_at: datetime, ppi: float = 144
) -> list[bytes]:
    """Return the pages of the same document as PNG files."""
    return _compile(template, data, created_at=created_at, ppi=ppi)


def _compile(
    template: str,
    data: Mapping[str, object],
    *,
    created_at: datetime,
    standard: Standard | None = None,
    ppi: float | None = None,
) -> list[bytes]:
    path = TEMPLATES / f"{template}.typ"
    if not template.isidentifier() or not path.is_file():
        raise DocumentFailed(f"no document template named {template!r}")
    try:
        # A compiler keeps what it is compiling: two threads must not share it at the same time.
        with _ONE_AT_A_TIME:
            done = _compiler().compile(
                str(path),
                format="png" if ppi else "pdf",
                ppi=ppi,
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
                pdf_standards=standard or [],
                timestamp=created_at.astimezone(UTC).replace(microsecond=0),  # takes no finer one
            )
    except typst.TypstError as error:
        is_glyph = "could not be displayed with font" in error.message
        kind = GlyphMissing if is_glyph else DocumentFailed
        raise kind(f"{template}: {error.message}") from error
    return done if isinstance(done, list) else [done or b""]


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    return typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True)
