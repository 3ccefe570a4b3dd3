"""What must hold of objections: the correction they led to, and the files sent along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, select

from app.attendance.models import Appeal, AppealState, Fact, FactKind
from app.attendance.rules.appeals import FOLDER
from app.kit import uploads
from app.kit.database import db
from app.kit.invariants import Check, Violation
from app.kit.settings import settings

UPLOAD_SECONDS = 3600  # a file is stored before the row that knows it


def accepted_are_corrections(_now: datetime) -> Iterator[Violation]:
    """Find objections that were accepted without a correction, or corrected without that."""
    rows = db.session.execute(
        select(Appeal.public_id, Appeal.state, Fact.id.label("fact_id"))
        .outerjoin(
            Fact,
            and_(
                Fact.lesson_id == Appeal.lesson_id,
                Fact.attendee_id == Appeal.attendee_id,
                Fact.uid == Appeal.fact_uid,
                Fact.kind == FactKind.CORRECTION,
            ),
        )
        .order_by(Appeal.id)
    )
    for row in rows:
        if (row.state is AppealState.ACCEPTED) is (row.fact_id is None):
            yield Violation(
                rule="accepted appeals are corrections",
                row=f"appeal {row.public_id}",
                detail=f"{row.state}, correction {row.fact_id}",
            )


def files(now: datetime) -> Iterator[Violation]:
    """Find objections without their file, and files of nobody that have lain there for an hour."""
    root = settings().media_dir / FOLDER
    present = set(uploads.names(root)) if root.is_dir() else set()
    rows = db.session.execute(select(Appeal.file, Appeal.public_id).where(Appeal.file != ""))
    known = {row.file: row.public_id for row in rows}
    for name in sorted(known.keys() - present):
        yield _file(f"appeal {known[name]}", f"{name} is not there")
    for name in sorted(present - known.keys()):
        if now.timestamp() - (root / name).stat().st_mtime > UPLOAD_SECONDS:
            yield _file(f"file {name}", "no row knows it")


def _file(row: str, detail: str) -> Violation:
    return Violation(rule="appeal files", row=row, detail=detail)


CHECKS: tuple[Check, ...] = (accepted_are_corrections, files)
