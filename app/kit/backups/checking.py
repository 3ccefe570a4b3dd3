"""Looks an archive and its target over, and refuses before anything is touched."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from sqlalchemy import Engine, Table, func, inspect, select

from app.kit.backups.archive import FORMAT, BackupRefused, Manifest, member_of
from app.kit.digests import TableDigest, whole

BLOCK_BYTES = 1 << 20
DAMAGES = (  # what reading a damaged archive may raise
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
)


def check(path: Path, *, known_heads: set[str | None]) -> Manifest:
    """Read and verify an archive without touching anything; BackupRefused says what is wrong."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _checked(archive, known_heads)
    except DAMAGES as error:
        raise BackupRefused(f"damaged: {error}") from error


def _checked(archive: zipfile.ZipFile, known_heads: set[str | None]) -> Manifest:
    stated = json.loads(archive.read("manifest.json"))
    if stated["format"] > FORMAT or stated["head"] not in known_heads:
        raise BackupRefused("made by a newer version; upgrade this installation first")
    stated["tables"] = tuple(TableDigest(**table) for table in stated["tables"])
    manifest = Manifest(**stated)
    if sorted(archive.namelist()) != sorted([*manifest.files, "manifest.json"]):
        raise BackupRefused("damaged: files are missing or were added")
    _refuse_inconsistent(manifest)
    for name, sha256 in manifest.files.items():
        _refuse_leaving(name)
        with archive.open(name) as member:
            digest = hashlib.sha256()
            while block := member.read(BLOCK_BYTES):
                digest.update(block)
        if digest.hexdigest() != sha256:
            raise BackupRefused(f"damaged: {name}")
    return manifest


def _refuse_inconsistent(manifest: Manifest) -> None:
    """Refuse a manifest whose digests are not those of its files."""
    tables = {member_of(digest.table): digest.sha256 for digest in manifest.tables}
    listed = {name: sha for name, sha in manifest.files.items() if name.startswith("tables/")}
    if listed != tables or whole(list(manifest.tables)) != manifest.digest:
        raise BackupRefused("damaged: the manifest contradicts itself")


def _refuse_leaving(name: str) -> None:
    """Refuse a member that is none of ours, or that would be written outside its folder."""
    parts = PurePosixPath(name).parts
    is_ours = name == "secret_keys" or parts[0] in {"tables", "media"}
    if not is_ours or ".." in parts or "\\" in name or name.startswith("/"):
        raise BackupRefused("damaged: a file name leaves the archive")


def keys_of(path: Path) -> str:
    """Give the SECRET_KEYS of the installation that made the archive."""
    with zipfile.ZipFile(path) as archive:
        return archive.read("secret_keys").decode()


def refuse_filled(engine: Engine, tables: list[Table]) -> None:
    """Refuse a target that holds rows, so that a restore never overwrites anything."""
    present = set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        for table in tables:
            if (
                table.name in present
                and connection.execute(select(func.count()).select_from(table)).scalar()
            ):
                raise BackupRefused(f"the target is not empty: {table.name} has rows")


def refuse_other_uploads(manifest: Manifest, media_dir: Path) -> None:
    """Refuse a folder that has other uploads under the names of the archive's."""
    for name, sha256 in manifest.files.items():
        target = media_dir / name.removeprefix("media/")
        if not name.startswith("media/") or not target.exists():
            continue
        with target.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise BackupRefused(f"the target is not empty: {target.name} is another upload")
