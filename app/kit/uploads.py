"""Uploaded files: judged by content, stored under random names, opened and deleted by them."""

import hashlib
import os
import re
import secrets
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

import puremagic

from app.kit.errors import Invalid, NotFound
from app.kit.texts import lazy as _

_CHUNK = 256 * 1024
_HEAD = 8192
_NAME = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{3,4}")
_OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "zip": "application/zip",
    "mp4": "video/mp4",
}
"""The kinds that are taken, by the ending of the stored name."""
_ALIASES = {"jpeg": "jpg", "jfif": "jpg", "m4v": "mp4"}
_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_DANGEROUS = (
    ".exe", ".dll", ".scr", ".com", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jse", ".wsf",
    ".hta", ".jar", ".apk", ".sh", ".html", ".htm", ".svg", ".lnk", ".reg", ".docm", ".xlsm",
    ".pptm",
)  # fmt: skip
_MP4_BRANDS = {
    b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash",
    b"MSNV",
}  # fmt: skip


class UploadRefused(Invalid):
    """The file is not taken; subclasses say why."""

    code = "upload_refused"
    message = _("文件无法上传，请换一个文件再试")


class UploadType(UploadRefused):
    """By its content it is none of the kinds that are taken."""

    code = "upload_type"
    message = _("只能上传 PDF、Word、Excel、PPT（docx、xlsx、pptx）、PNG、JPG、ZIP 或 MP4 文件")


class UploadMismatch(UploadRefused):
    """The name says one kind, the content another."""

    code = "upload_mismatch"
    message = _("文件扩展名与实际内容不一致，请检查后重新上传")


class UploadDangerous(UploadRefused):
    """An archive that carries programs, or cannot be looked into."""

    code = "upload_dangerous"
    message = _("文件中含有程序、网页、宏或加密内容，请去掉后重新上传")


class UploadTooLarge(UploadRefused):
    """More bytes than allowed."""

    code = "upload_too_large"
    message = _("文件太大，请压缩后再上传")


class UploadEmpty(UploadRefused):
    """No bytes at all."""

    code = "upload_empty"
    message = _("文件是空的，请重新选择")


class UploadMissing(NotFound):
    """No stored file of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A stored file: its random name, SHA-256 in hex, size and media type by content."""

    name: str
    sha256: str
    size_bytes: int
    media_type: str


def store(source: BinaryIO, *, file_name: str, root: Path, max_bytes: int) -> Stored:
    """Judge `source` by its content and keep it below `root` under a random name.

    The bytes are on disk (synced) under their final name when this returns, and nothing is left
    behind when it refuses. `file_name`, as the browser sent it, is only compared with the
    content and never becomes part of a path. Raises UploadRefused.
    """
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=root, prefix=".incoming-", delete=False) as target:
        path = Path(target.name)
        try:
            sha256, size = _copy(source, target, max_bytes)
            ending = _judged(path, file_name)
            name = f"{secrets.token_hex(16)}.{ending}"
            path.rename(_path(root, name))
            _sync(root)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return Stored(name=name, sha256=sha256, size_bytes=size, media_type=MEDIA_TYPES[ending])


def open_stored(name: str, *, root: Path) -> BinaryIO:
    """Open a stored file for reading; raises UploadMissing for any name not given by `store`."""
    try:
        return _path(root, name).open("rb")
    except FileNotFoundError as error:
        raise UploadMissing from error


def delete(name: str, *, root: Path) -> None:
    """Delete a stored file; one that is gone already is no error."""
    _path(root, name).unlink(missing_ok=True)


def names(root: Path) -> list[str]:
    """Return the names of all stored files, sorted; half-written ones are not among them."""
    return sorted(path.name for path in root.glob("*.*") if _NAME.fullmatch(path.name))


def media_type(name: str) -> str:
    """Return the media type of a stored name."""
    return MEDIA_TYPES[name.rpartition(".")[2]]


def _path(root: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise UploadMissing
    return root / name


def _copy(source: BinaryIO, target: IO[bytes], max_bytes: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise UploadTooLarge
        digest.update(chunk)
        target.write(chunk)
    if size == 0:
        raise UploadEmpty
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest(), size


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _judged(path: Path, file_name: str) -> str:
    """Return the ending of the kind that content and name agree on."""
    found = _sniffed(path)
    _stem, dot, said = file_name.lower().rpartition(".")
    if dot and _ALIASES.get(said, said) != found:
        raise UploadMismatch
    return found


def _sniffed(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path)
    if head[4:8] == b"ftyp":
        found = "mp4" if head[8:12] in _MP4_BRANDS else ""
    else:
        found = _guess(head)
    if found not in {"pdf", "png", "jpg", "mp4"}:
        raise UploadType
    return found


def _guess(head: bytes) -> str:
    try:
        ending = puremagic.from_string(head).lstrip(".").lower()
    except (puremagic.PureError, ValueError):
        return ""
    return _ALIASES.get(ending, ending)


def _kind_of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UploadType from error
    inside = {member.filename for member in members}
    if any("vbaproject" in name.lower() for name in inside):
        raise UploadDangerous
    kind = next((kind for part, kind in _PARTS.items() if part in inside), "zip")
    if kind == "zip" and any(_is_dangerous(member) for member in members):
        raise UploadDangerous
    return kind


def _is_dangerous(member: zipfile.ZipInfo) -> bool:
    encrypted = bool(member.flag_bits & 1)
    return encrypted or member.filename.lower().rstrip(". ").endswith(_DANGEROUS)
