"""Backup and restore: one archive with every row, every upload and the keys, checked before use.

The archive is a zip: `manifest.json` (format, migration head, digests), `tables/<name>.jsonl`
(canonical rows, personal columns sealed anew on restore), `media/…`, `secret_keys`. Whoever has the
archive has everything: it is written with mode 0600 and belongs in a safe place.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection, Date, Engine, Enum, Table, func, insert, inspect, select, text

from app.kit.database import UtcDateTime
from app.kit.digests import TableDigest, canonical_rows, of_tables, whole

FORMAT = 1
BATCH_ROWS = 500
BLOCK_BYTES = 1 << 20


class BackupRefused(Exception):
    """The archive is damaged, newer than this code, or its target is not empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself."""

    format: int
    head: str | None
    made_at: str
    digest: str
    tables: tuple[TableDigest, ...]
    files: dict[str, str]  # name in the archive -> SHA-256


def write(
    path: Path,
    engine: Engine,
    tables: list[Table],
    *,
    head: str | None,
    media_dir: Path,
    keys: str,
    now: datetime,
) -> Manifest:
    """Write a consistent snapshot to `path` while others go on writing; whole or not at all."""
    unfinished = path.with_name(path.name + ".part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(handle, "wb") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        with _snapshot(engine) as connection:
            digests = tuple(of_tables(connection, tables))
            files = {_write_table(archive, connection, table) for table in tables}
        files |= {_write_file(archive, name, source) for name, source in _media(media_dir)}
        archive.writestr("secret_keys", keys)
        files.add(("secret_keys", hashlib.sha256(keys.encode()).hexdigest()))
        manifest = Manifest(
            format=FORMAT,
            head=head,
            made_at=now.isoformat(),
            digest=whole(list(digests)),
            tables=digests,
            files=dict(sorted(files)),
        )
        archive.writestr("manifest.json", json.dumps(asdict(manifest), indent=1))
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.rename(path)
    return manifest


def _snapshot(engine: Engine) -> Connection:
    """Open a connection that sees one moment, whatever is committed meanwhile."""
    if engine.dialect.name == "postgresql":
        connection = engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        return connection
    return engine.connect()  # a read transaction of SQLite in WAL mode is a snapshot


def _write_table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> tuple[str, str]:
    name = f"tables/{table.name}.jsonl"
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as member:
        for line in canonical_rows(connection, table):
            data = line.encode() + b"\n"
            digest.update(data)
            member.write(data)
    return name, digest.hexdigest()


def _media(media_dir: Path) -> Iterator[tuple[str, Path]]:
    if not media_dir.is_dir():
        return
    for source in sorted(media_dir.rglob("*")):
        if source.is_file() and not source.name.startswith("."):
            yield f"media/{source.relative_to(media_dir).as_posix()}", source


def _write_file(archive: zipfile.ZipFile, name: str, source: Path) -> tuple[str, str]:
    archive.write(source, name)
    with source.open("rb") as file:
        return name, hashlib.file_digest(file, "sha256").hexdigest()


def check(path: Path, *, known_heads: set[str | None]) -> Manifest:
    """Read and verify an archive without touching anything; BackupRefused says what is wrong."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _checked(archive, known_heads)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise BackupRefused(f"damaged: {error}") from error


def _checked(archive: zipfile.ZipFile, known_heads: set[str | None]) -> Manifest:
    stated = json.loads(archive.read("manifest.json"))
    if stated["format"] > FORMAT or stated["head"] not in known_heads:
        raise BackupRefused("made by a newer version; upgrade this installation first")
    stated["tables"] = tuple(TableDigest(**table) for table in stated["tables"])
    manifest = Manifest(**stated)
    if set(archive.namelist()) != {*manifest.files, "manifest.json"}:
        raise BackupRefused("damaged: files are missing or were added")
    for name, sha256 in manifest.files.items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise BackupRefused("damaged: a file name leaves the archive")
        with archive.open(name) as member:
            digest = hashlib.sha256()
            while block := member.read(BLOCK_BYTES):
                digest.update(block)
        if digest.hexdigest() != sha256:
            raise BackupRefused(f"damaged: {name}")
    return manifest


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


def read(path: Path, engine: Engine, tables: list[Table], *, media_dir: Path) -> None:
    """Fill the empty tables from a checked archive in one transaction, then the uploads."""
    with zipfile.ZipFile(path) as archive:
        with engine.begin() as connection:
            _defer_references(connection)
            for table in tables:
                _read_table(archive, connection, table)
            _restart_serials(connection, tables)
        for name in archive.namelist():
            if name.startswith("media/"):
                target = media_dir / name.removeprefix("media/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))


def refuse_difference(engine: Engine, tables: list[Table], manifest: Manifest) -> None:
    """Refuse a restored database whose digest is not the archive's."""
    with engine.connect() as connection:
        if whole(of_tables(connection, tables)) != manifest.digest:
            raise BackupRefused("the restored rows differ from the archive")


def _defer_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def _read_table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> None:
    if f"tables/{table.name}.jsonl" not in archive.namelist():
        return  # an older archive, made before this table existed
    batch: list[dict[str, Any]] = []
    with archive.open(f"tables/{table.name}.jsonl") as member:
        for line in member:
            batch.append(_values(table, json.loads(line)))
            if len(batch) == BATCH_ROWS:
                connection.execute(insert(table), batch)
                batch = []
    if batch:
        connection.execute(insert(table), batch)


def _values(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _typed(table.c[name].type, value) for name, value in row.items()}


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    return value


def _restart_serials(connection: Connection, tables: list[Table]) -> None:
    """Let PostgreSQL number new rows after the restored ones; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        key = next(iter(table.primary_key.columns))
        if key.autoincrement is not True and (key.name != "id" or len(table.primary_key) != 1):
            continue
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key.name}'), "  # noqa: S608 - names of our own tables
                f"COALESCE((SELECT MAX({key.name}) FROM {table.name}), 0) + 1, false)"
            )
        )
