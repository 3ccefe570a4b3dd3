"""What must hold of the audit log in a live database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.audit import queries
from app.kit.invariants import Check, Violation


def chain_is_whole(_now: datetime) -> Iterator[Violation]:
    """Nothing was changed, taken out, moved or cut off since it was sealed."""
    report = queries.verify()
    if not report.is_whole:
        yield Violation(
            rule="audit chain verifies",
            row=f"audit_entry with sequence {report.broken_at}",
            detail=f"{report.sealed} entries before it are whole",
        )


CHECKS: tuple[Check, ...] = (chain_is_whole,)
