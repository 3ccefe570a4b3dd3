"""Reads the audit log, and checks that nobody has changed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from app.audit.models import AuditEntry, AuditHead
from app.audit.rules import START, Report, chained
from app.kit.database import db
from app.kit.pages import Page

BATCH = 1_000
SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which entries of one organisation are asked for."""

    organisation_id: int
    action: str = ""
    actor_id: str = ""
    subject_id: str = ""
    since: datetime | None = None
    before: datetime | None = None


def list_entries(filters: Filters, number: int) -> Page[AuditEntry]:
    """Give one page of entries, the newest first."""
    wanted = _conditions(filters)
    total = db.session.scalar(select(func.count()).select_from(AuditEntry).where(*wanted)) or 0
    found = db.session.scalars(
        select(AuditEntry)
        .where(*wanted)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(SIZE)
        .offset((number - 1) * SIZE)
    ).all()
    return Page(items=found, total=total, number=number, size=SIZE)


def list_actions(organisation_id: int) -> Sequence[str]:
    """List the actions that occur in an organisation's entries."""
    return db.session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.organisation_id == organisation_id)
        .distinct()
        .order_by(AuditEntry.action)
    ).all()


def verify() -> Report:
    """Walk the whole chain: nothing changed, taken out, moved or cut off at its end."""
    unsealed = db.session.scalar(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.sequence.is_(None))
    )
    previous, sealed = START, 0
    while batch := _after(sealed):
        for entry in batch:
            expected = chained(previous, entry.sealed_values())
            if entry.sequence != sealed + 1 or entry.chain_hash != expected:
                return Report(sealed=sealed, unsealed=unsealed or 0, broken_at=sealed + 1)
            previous, sealed = expected, sealed + 1
            db.session.expunge(entry)  # a long chain must not fill the memory
    head = db.session.scalar(select(AuditHead))
    ends = (0, START) if head is None else (head.sequence, head.chain_hash)
    broken_at = None if ends == (sealed, previous) else sealed + 1
    return Report(sealed=sealed, unsealed=unsealed or 0, broken_at=broken_at)


def _after(sequence: int) -> Sequence[AuditEntry]:
    return db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.sequence > sequence)
        .order_by(AuditEntry.sequence)
        .limit(BATCH)
    ).all()


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    wanted = [AuditEntry.organisation_id == filters.organisation_id]
    if filters.action:
        wanted.append(AuditEntry.action == filters.action)
    if filters.actor_id:
        wanted.append(AuditEntry.actor_id == filters.actor_id)
    if filters.subject_id:
        wanted.append(AuditEntry.subject_id == filters.subject_id)
    if filters.since is not None:
        wanted.append(AuditEntry.at >= filters.since)
    if filters.before is not None:
        wanted.append(AuditEntry.at < filters.before)
    return wanted
