"""Files that people send along with an objection: kept apart, and given back only as downloads."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from app.attendance.errors import AppealFileType
from app.attendance.rules.appeals import FILE_TYPES, FOLDER, MAX_BYTES
from app.kit import uploads
from app.kit.settings import settings

LONGEST_NAME = 120


def root() -> Path:
    """Give the folder of these files."""
    return settings().media_dir / FOLDER


def store_evidence(source: BinaryIO, sent_name: str) -> tuple[uploads.Stored, str]:
    """Keep a PDF, JPG or PNG of at most 10 MB; give it and its plain name. UploadRefused."""
    name = sent_name.replace("\\", "/").rpartition("/")[2].strip()[-LONGEST_NAME:]
    stored = uploads.store(source, file_name=name, root=root(), max_bytes=MAX_BYTES)
    if stored.media_type not in FILE_TYPES:
        uploads.delete(stored.name, root=root())
        raise AppealFileType
    return stored, name


def open_evidence(stored_name: str) -> BinaryIO:
    """Open a stored file; UploadMissing."""
    return uploads.open_stored(stored_name, root=root())
