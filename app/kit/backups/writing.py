"""Writes an archive of one moment while the product goes on working."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, text

from app.kit.backups.archive import FORMAT, Manifest, member_of
from app.kit.digests import TableDigest, canonical_rows, whole


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
            digests = [_write_table(archive, connection, table) for table in tables]
        files = dict(_write_file(archive, name, source) for name, source in _media(media_dir))
        archive.writestr("secret_keys", keys)
        files["secret_keys"] = hashlib.sha256(keys.encode()).hexdigest()
        files |= {member_of(digest.table): digest.sha256 for digest in digests}
        manifest = Manifest(
            format=FORMAT,
            head=head,
            made_at=now.isoformat(),
            digest=whole(digests),
            tables=tuple(digests),
            files=dict(sorted(files.items())),
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


def _write_table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> TableDigest:
    """Write the rows of a table; what is written is exactly what the digest is taken of."""
    digest = hashlib.sha256()
    count = 0
    with archive.open(member_of(table.name), "w", force_zip64=True) as member:
        for line in canonical_rows(connection, table):
            data = line.encode() + b"\n"
            digest.update(data)
            member.write(data)
            count += 1
    return TableDigest(table=table.name, count=count, sha256=digest.hexdigest())


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
