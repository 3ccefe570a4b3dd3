"""Uploads: judged by content, stored whole or not at all, reachable by their own names only."""

import hashlib
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from app.kit import uploads
from app.kit.errors import NotFound


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, kind)
    return out.getvalue()


def archive(*names: str, encrypted: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    data = out.getvalue()
    # Bit 0 of the flags, in the local and in the central header, says encrypted.
    return (
        data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
        if (encrypted)
        else data
    )


def workbook() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2mp41" + bytes(100)
GOOD = {
    "讲义.pdf": (PDF, "application/pdf"),
    "讲义.PDF": (PDF, "application/pdf"),
    "no ending": (PDF, "application/pdf"),
    "a.png": (picture("PNG"), "image/png"),
    "a.jpg": (picture("JPEG"), "image/jpeg"),
    "a.jpeg": (picture("JPEG"), "image/jpeg"),
    "a.mp4": (MP4, "video/mp4"),
    "a.xlsx": (workbook(), uploads.MEDIA_TYPES["xlsx"]),
    "a.docx": (archive("[Content_Types].xml", "word/document.xml"), uploads.MEDIA_TYPES["docx"]),
    "a.pptx": (archive("[Content_Types].xml", "ppt/presentation.xml"), uploads.MEDIA_TYPES["pptx"]),
    "a.zip": (archive("讲义.pdf", "图/a.png"), "application/zip"),
    "../../etc/passwd.pdf": (PDF, "application/pdf"),
}
BAD = {
    "empty.pdf": (b"", "upload_empty"),
    "program.exe": (b"MZ\x90\x00" + bytes(200), "upload_type"),
    "program.pdf": (b"MZ\x90\x00" + bytes(200), "upload_type"),
    "elf.png": (b"\x7fELF\x02\x01\x01" + bytes(200), "upload_type"),
    "script.sh": (b"#!/bin/sh\nrm -rf /\n", "upload_type"),
    "page.html": (b"<!DOCTYPE html><script>alert(1)</script>", "upload_type"),
    "page.pdf": (b"\n<html><script>alert(1)</script>", "upload_type"),
    "image.svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "upload_type"),
    "image.png": (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "upload_type"),
    "moving.gif": (b"GIF89a" + bytes(50), "upload_type"),
    "text.pdf": (b"hello", "upload_type"),
    "photo.heic": (b"\x00\x00\x00\x18ftypheic" + bytes(50), "upload_type"),
    "broken.zip": (b"PK\x03\x04" + bytes(50), "upload_type"),
    "cut.xlsx": (workbook()[:2000], "upload_type"),
    "lie.png": (PDF, "upload_mismatch"),
    "lie.docx": (workbook(), "upload_mismatch"),
    "lie.pdf.exe": (PDF, "upload_mismatch"),
    "lie.jar": (archive("a.txt"), "upload_mismatch"),
    "programs.zip": (archive("a.txt", "dir/Setup.EXE"), "upload_dangerous"),
    "dots.zip": (archive("setup.exe. ."), "upload_dangerous"),
    "pages.zip": (archive("index.html"), "upload_dangerous"),
    "secret.zip": (archive("a.txt", encrypted=True), "upload_dangerous"),
    "macros.docx": (archive("word/document.xml", "word/vbaProject.bin"), "upload_dangerous"),
    "large.pdf": (PDF + bytes(100_000), "upload_too_large"),
}


def store(data: bytes, name: str, root: Path) -> uploads.Stored:
    return uploads.store(io.BytesIO(data), file_name=name, root=root, max_bytes=100_000)


@pytest.mark.parametrize("name", GOOD)
def test_store_keeps_the_kinds_that_are_taken(name: str, tmp_path: Path) -> None:
    data, media_type = GOOD[name]
    stored = store(data, name, tmp_path / "media")
    assert re.fullmatch(r"[0-9a-f]{32}\.[a-z0-9]{3,4}", stored.name)
    assert (stored.sha256, stored.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (stored.media_type, uploads.media_type(stored.name)) == (media_type, media_type)
    with uploads.open_stored(stored.name, root=tmp_path / "media") as file:
        assert file.read() == data
    assert [path.name for path in (tmp_path / "media").iterdir()] == [stored.name]


@pytest.mark.parametrize("name", BAD)
def test_store_refuses_the_rest_and_leaves_nothing_behind(name: str, tmp_path: Path) -> None:
    data, code = BAD[name]
    with pytest.raises(uploads.UploadRefused) as refusal:
        store(data, name, tmp_path)
    assert refusal.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_store_leaves_nothing_behind_when_the_source_breaks(tmp_path: Path) -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        uploads.store(Cut(PDF), file_name="a.pdf", root=tmp_path, max_bytes=100_000)
    assert list(tmp_path.iterdir()) == []


def test_same_file_twice_is_stored_under_two_names(tmp_path: Path) -> None:
    first, second = (store(PDF, "a.pdf", tmp_path) for _ in range(2))
    assert first.sha256 == second.sha256
    assert uploads.names(tmp_path) == sorted([first.name, second.name])


def test_stored_file_is_private_to_its_owner(tmp_path: Path) -> None:
    assert (tmp_path / store(PDF, "a.pdf", tmp_path).name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "name",
    [
        "../secret.pdf", "..", "", ".", "/etc/passwd", "a.pdf", "%2e%2e/secret.pdf",
        "0" * 32 + ".pdf/../../secret.pdf", "0" * 32 + ".pdf\n", "0" * 32 + ".pdf\x00",
        "../" + "0" * 32 + ".pdf", "０" * 32 + ".pdf", ".incoming-abc", "0" * 32 + ".pdf",
    ],
)  # fmt: skip
def test_names_not_given_by_store_are_missing(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (tmp_path / f"{'0' * 32}.pdf").write_bytes(PDF)
    root = tmp_path / "media"
    root.mkdir()
    with pytest.raises(NotFound):
        uploads.open_stored(name, root=root)


def test_delete_removes_and_may_be_repeated(tmp_path: Path) -> None:
    stored = store(PDF, "a.pdf", tmp_path)
    for _ in range(2):
        uploads.delete(stored.name, root=tmp_path)
    assert uploads.names(tmp_path) == []


def test_delete_of_a_foreign_name_touches_nothing(tmp_path: Path) -> None:
    (tmp_path / "keep.pdf").write_bytes(PDF)
    with pytest.raises(NotFound):
        uploads.delete("../keep.pdf", root=tmp_path)
    assert (tmp_path / "keep.pdf").exists()
