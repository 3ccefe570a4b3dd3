"""Writes what was done, in the transaction in which it was done."""

from __future__ import annotations

from datetime import datetime

from app.audit.models import AuditEntry
from app.audit.rules import Actor
from app.kit.database import db


def record(
    action: str,
    *,
    by: Actor,
    now: datetime,
    subject_kind: str,
    subject_id: str,
    organisation_id: int | None = None,
    **details: str | int | bool | list[str] | None,
) -> None:
    """Remember one act; `details` are facts without personal data (ids, counts, states, times)."""
    db.session.add(
        AuditEntry(
            at=now,
            actor_kind=by.kind,
            actor_id=by.id,
            organisation_id=organisation_id if organisation_id is not None else by.organisation_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            details=details,
        )
    )
