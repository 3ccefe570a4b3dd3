"""The archive of a training's proofs: one PDF each and a list, packed once and kept for a while.

It lies below INSTANCE_DIR and not among the uploads: it can be made again at any time, and no
backup needs it.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from app.kit import uploads
from app.kit.languages import instant
from app.kit.settings import settings
from app.kit.spreadsheets import writing
from app.kit.spreadsheets.writing import Column
from app.kit.texts import translate as _
from app.kit.uploads import Stored, UploadMissing
from app.proofs.exports import papers
from app.proofs.queries.proofs import Shown

MAXIMUM_BYTES = 4 * 1024**3
NAME_LENGTH = 40
_END = b"%%EOF"
_TAIL = 16
_WORK = "work-"


def print_into(work: str, proof: Shown) -> None:
    """Print a proof into the working folder of a batch, unless it lies there whole."""
    folder = _folder(work)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{proof.number}.pdf"
    if _is_whole(path):
        return
    part = path.with_suffix(".part")
    part.write_bytes(papers.paper(proof))
    part.rename(path)


def pack(work: str, proofs: Sequence[Shown]) -> Stored:
    """Pack the printed proofs and their list; the archive lies under a random name."""
    folder = _folder(work)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # PDFs are packed already
            for proof in proofs:
                archive.write(folder / f"{proof.number}.pdf", file_name(proof))
            archive.writestr("list.csv", b"".join(_list(proofs)))
        target.seek(0)
        return uploads.store(target, file_name="proofs.zip", root=_root(), max_bytes=MAXIMUM_BYTES)


def clear(work: str) -> None:
    """Throw the working folder of a batch away."""
    shutil.rmtree(_folder(work), ignore_errors=True)


def list_works() -> list[str]:
    """Give the batches that have a working folder."""
    return sorted(path.name.removeprefix(_WORK) for path in _root().glob(f"{_WORK}*"))


def open_archive(stored_name: str) -> BinaryIO:
    """Open an archive; UploadMissing when it is deleted."""
    return uploads.open_stored(stored_name, root=_root())


def is_there(stored_name: str) -> bool:
    """Tell whether an archive can be had."""
    try:
        with open_archive(stored_name):
            return True
    except UploadMissing:
        return False


def delete(stored_name: str) -> None:
    """Delete an archive."""
    uploads.delete(stored_name, root=_root())


def file_name(proof: Shown) -> str:
    """Name a PDF in the archive after its number and its person, without what names a path."""
    name = "".join(one for one in proof.printed["name"] if one.isalnum() or one == "·")
    return f"{proof.number}-{name[:NAME_LENGTH]}.pdf" if name else f"{proof.number}.pdf"


def _list(proofs: Sequence[Shown]) -> Iterator[bytes]:
    columns = [
        Column(_("证明编号")),
        Column(_("姓名")),
        Column(_("企业名称")),
        Column(_("发放时间")),
    ]
    rows = (
        (one.number, one.printed["name"], one.printed["enterprise"], instant(one.issued_at))
        for one in proofs
    )
    return writing.csv(columns, rows, timezone=settings().default_timezone)


def _root() -> Path:
    return settings().instance_dir / "proofs"


def _folder(work: str) -> Path:
    assert re.fullmatch(r"[0-9a-z]{26}", work)  # noqa: S101 - a public id is no path
    return _root() / f"{_WORK}{work}"


def _is_whole(path: Path) -> bool:
    """Tell whether a PDF was written to its end; after a power cut it may not be."""
    try:
        with path.open("rb") as file:
            file.seek(-_TAIL, 2)
            return _END in file.read()
    except OSError:
        return False
