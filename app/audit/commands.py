"""Writes what was done, in the transaction in which it was done, and seals it into a chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text

from app.audit.models import AuditEntry, AuditHead
from app.audit.rules import Actor, chained
from app.kit.database import db

HEAD = 1


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


def seal(limit: int) -> int:
    """Bind the oldest unsealed entries into the chain, at most `limit`; give how many.

    The head's row is locked first, so two sealers take turns. An entry whose transaction commits
    late is simply sealed later: the chain follows the order of sealing, not of the ids.
    """
    head = _locked_head()
    waiting = db.session.scalars(
        select(AuditEntry).where(AuditEntry.sequence.is_(None)).order_by(AuditEntry.id).limit(limit)
    ).all()
    for entry in waiting:
        head.sequence += 1
        entry.sequence = head.sequence
        entry.chain_hash = head.chain_hash = chained(head.chain_hash, entry.sealed_values())
    return len(waiting)


def _locked_head() -> AuditHead:
    db.session.execute(
        text(
            "INSERT INTO audit_head (id, sequence, chain_hash) VALUES (:head, 0, '')"
            " ON CONFLICT (id) DO NOTHING"
        ),
        {"head": HEAD},
    )
    return db.session.execute(
        select(AuditHead)
        .where(AuditHead.id == HEAD)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
