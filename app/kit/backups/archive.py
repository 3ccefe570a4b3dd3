"""What stands in an archive: its members, what its manifest says, how it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from app.kit.digests import TableDigest

FORMAT = 1


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


def member_of(table: str) -> str:
    """Name the member that holds the rows of a table."""
    return f"tables/{table}.jsonl"
