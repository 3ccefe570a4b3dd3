"""Fills an empty database and the folder of uploads from a checked archive."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, Engine, Enum, Table, insert, text

from app.kit.backups.archive import BackupRefused, member_of
from app.kit.database import UtcDateTime
from app.kit.digests import of_tables, whole

BATCH_ROWS = 500


def read(
    path: Path, engine: Engine, tables: list[Table], *, media_dir: Path, digest: str | None
) -> None:
    """Put back the uploads, then the rows into empty tables, in one transaction.

    The rows are kept only when their digest is `digest` (None: an older archive, whose rows have
    other columns by now).
    """
    with zipfile.ZipFile(path) as archive:
        _read_media(archive, media_dir)
        with engine.begin() as connection:
            _defer_references(connection)
            for table in tables:
                _read_table(archive, connection, table)
            _restart_serials(connection, tables)
            if digest is not None and whole(of_tables(connection, tables)) != digest:
                raise BackupRefused("the restored rows would differ from the archive")


def _read_media(archive: zipfile.ZipFile, media_dir: Path) -> None:
    for name in archive.namelist():
        if name.startswith("media/"):
            target = media_dir / name.removeprefix("media/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))


def _defer_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def _read_table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> None:
    if member_of(table.name) not in archive.namelist():
        return  # an older archive, made before this table existed
    batch: list[dict[str, Any]] = []
    with archive.open(member_of(table.name)) as member:
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
