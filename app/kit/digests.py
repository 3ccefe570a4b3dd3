"""What the database holds, as one hash per table: equal for equal data on both engines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, String, Table, collate, select

BATCH_ROWS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDigest:
    """How many rows a table has, and the SHA-256 of them in key order."""

    table: str
    count: int
    sha256: str


def of_tables(connection: Connection, tables: list[Table]) -> list[TableDigest]:
    """Digest `tables` in the order of their names; sealed columns count by what they say."""
    return [_of_table(connection, table) for table in sorted(tables, key=lambda table: table.name)]


def whole(digests: list[TableDigest]) -> str:
    """Give one SHA-256 over all tables, whatever order they come in."""
    lines = "\n".join(
        f"{digest.table} {digest.count} {digest.sha256}"
        for digest in sorted(digests, key=lambda digest: digest.table)
    )
    return hashlib.sha256(lines.encode()).hexdigest()


def _of_table(connection: Connection, table: Table) -> TableDigest:
    digest = hashlib.sha256()
    count = 0
    for line in canonical_rows(connection, table):
        digest.update(line.encode())
        digest.update(b"\n")
        count += 1
    return TableDigest(table=table.name, count=count, sha256=digest.hexdigest())


def canonical_rows(connection: Connection, table: Table) -> Iterator[str]:
    """Yield each row in key order as compact JSON, the same text on every engine."""
    keys = [_bytewise(column, connection.dialect.name) for column in table.primary_key.columns]
    rows = connection.execution_options(yield_per=BATCH_ROWS).execute(select(table).order_by(*keys))
    for row in rows:
        yield canonical(row)


def _bytewise(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    """Order texts by their bytes: a server's language must not change a digest."""
    if dialect == "postgresql" and isinstance(column.type, String):
        return collate(column, "C")
    return column


def canonical(row: Row[Any]) -> str:
    """Write one row as compact JSON with sorted columns."""
    values = {name: _plain(value) for name, value in row._mapping.items()}  # noqa: SLF001 - public API of Row
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return value
