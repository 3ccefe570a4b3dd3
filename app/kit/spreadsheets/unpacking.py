"""Uploaded workbooks taken apart and measured before any reader touches them."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from xml.parsers import expat  # nosec B407 # document types and entities are refused below

LARGEST_UNPACKED = 32 * 1024 * 1024
LARGEST_RATIO = 200
MOST_MEMBERS = 1_000
MOST_COLUMNS = 200
EXACT = 10**15
MOST_CHARACTERS = 128 * 1024 * 1024
_SMALL = 4 * 1024 * 1024
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,  # encrypted, or packed in a way unknown here
    OSError,
    EOFError,
    ValueError,
    struct.error,
)
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class Suspicious(Exception):
    """The file is damaged or built to harm the reader."""


class TooManyRows(Exception):
    """A sheet reaches further down than allowed."""


def repack(data: bytes, *, last_row: int) -> io.BytesIO:
    """Return the workbook rebuilt from what was really read and measured here.

    Readers see exactly the bytes that were judged: no lying headers, no second copies of a
    name, nothing that unpacks beyond its limits, no cell that makes a dense grid huge.
    Raises Suspicious or TooManyRows.
    """
    members = _members(data)
    measure = _Measure()
    for content in members.values():
        if b"sheetData" in content or b"sst" in content[:2048]:
            measure.read(content)
    if measure.column > MOST_COLUMNS or measure.cells * measure.longest > MOST_CHARACTERS:
        raise Suspicious
    if measure.row > last_row:
        raise TooManyRows
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    out.seek(0)
    return out


def _members(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            infos = source.infolist()
            total = sum(info.file_size for info in infos)
            if len(infos) > MOST_MEMBERS or total > LARGEST_UNPACKED:
                raise Suspicious
            if total > _SMALL and total > LARGEST_RATIO * len(data):
                raise Suspicious
            return {info.filename: source.read(info) for info in infos}
    except _BROKEN as broken:
        raise Suspicious from broken


class _Measure:
    """How far the filled cells reach, how many there are, how long the longest shared text is."""

    def __init__(self) -> None:
        self.row = self.column = self.cells = 0
        self.longest = 1
        self._current_row = self._current_column = self._length = 0

    def read(self, content: bytes) -> None:
        self._current_row = 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(content, True)  # noqa: FBT003 - the library takes no keyword
        except (expat.ExpatError, ValueError) as broken:
            raise Suspicious from broken

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "row":
                self._current_row = int(attributes.get("r", self._current_row + 1))
                self._current_column = 0
            case "c":
                self._place(attributes.get("r"))
            case "v" | "is":
                self.cells += 1
                self.row = max(self.row, self._current_row)
                self.column = max(self.column, self._current_column)
            case "si":
                self._length = 0

    def _place(self, place: str | None) -> None:
        if place is None:
            self._current_column += 1
            return
        found = _PLACE.fullmatch(place)
        if found is None:
            raise Suspicious
        self._current_column = 0
        for letter in found[1]:
            self._current_column = self._current_column * 26 + ord(letter) - 64
        self._current_row = int(found[2])

    def _characters(self, data: str) -> None:
        self._length += len(data)

    def _end(self, name: str) -> None:
        if name.rpartition(" ")[2] == "si":
            self.longest = max(self.longest, self._length)

    def _doctype(self, *_parts: object) -> None:
        raise Suspicious
