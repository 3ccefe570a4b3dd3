"""What must hold in every table, whatever it is about: owners, instants, versions, leases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, ForeignKeyConstraint, Table, and_, or_, select, text

from app.kit import health
from app.kit.database import UtcDateTime, db
from app.kit.idempotency import IdempotentAnswer
from app.kit.invariants import Check, Violation
from app.kit.leases import LEASE_SECONDS, Lease

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
LATEST = datetime(2120, 1, 1, tzinfo=UTC)
CLOCK_TOLERANCE = timedelta(minutes=5)
PAST = frozenset({"created_at", "sent_at", "received_at", "issued_at", "cancelled_at", "closed_at"})
"""Columns that say what has happened: none of them lies ahead."""


def children_belong_to_their_parents_owner(_now: datetime) -> Iterator[Violation]:
    """Find rows whose organisation is not that of the row they refer to."""
    for child in db.metadata.sorted_tables:
        for reference in child.foreign_key_constraints:
            parent = reference.referred_table
            if "organisation_id" in child.c and "organisation_id" in parent.c:
                yield from _strangers(child, parent, reference)


def _strangers(child: Table, parent: Table, reference: ForeignKeyConstraint) -> Iterator[Violation]:
    other = parent.alias()
    joined = [element.parent == other.c[element.column.name] for element in reference.elements]
    found = db.session.execute(
        select(child.c.id)
        .join(other, and_(*joined))
        .where(child.c.organisation_id != other.c.organisation_id)
        .order_by(child.c.id)
    )
    for row in found:
        yield Violation(
            rule="owner of child and parent",
            row=f"{child.name} {row.id}",
            detail=f"belongs to another organisation than its {parent.name}",
        )


def instants_are_sane(now: datetime) -> Iterator[Violation]:
    """Find instants that no clock has shown, and past ones that lie ahead."""
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, UtcDateTime):
                yield from _odd(table, column, now)


def _odd(table: Table, column: Column[datetime], now: datetime) -> Iterator[Violation]:
    latest = now + CLOCK_TOLERANCE if column.name in PAST else LATEST
    key = next(iter(table.primary_key.columns))
    found = db.session.execute(
        select(key, column).where(or_(column < EARLIEST, column > latest)).order_by(key)
    )
    for row in found:
        yield Violation(
            rule="instants are sane",
            row=f"{table.name} {row[0]}",
            detail=f"{column.name} is {row[1].isoformat()}",
        )


def database_has_the_version_of_the_code(_now: datetime) -> Iterator[Violation]:
    """Find a database that was migrated less far than the code, or farther."""
    if not health.is_migrated():
        found = db.session.scalar(text("SELECT version_num FROM alembic_version"))
        yield Violation(
            rule="migration head",
            row="alembic_version",
            detail=f"is {found}, the code brings {health.head()}",
        )


def leases_are_in_order(_now: datetime) -> Iterator[Violation]:
    """Find leases without a fence, or held longer than one renewal allows."""
    length = timedelta(seconds=LEASE_SECONDS)
    for lease in db.session.scalars(select(Lease).order_by(Lease.name)):
        if lease.fence < 1 or lease.expires_at > lease.renewed_at + length:
            detail = f"fence {lease.fence}, until {lease.expires_at.isoformat()}"
            yield Violation(rule="lease in order", row=f"lease {lease.name}", detail=detail)


def stored_answers_are_complete(_now: datetime) -> Iterator[Violation]:
    """Find keys whose answer cannot be given again."""
    incomplete = or_(
        IdempotentAnswer.status < 200,  # noqa: PLR2004 - a claim whose work was never finished
        IdempotentAnswer.body == "",
        IdempotentAnswer.request_hash == "",
    )
    for row in db.session.execute(
        select(IdempotentAnswer.id, IdempotentAnswer.status).where(incomplete)
    ):
        yield Violation(
            rule="idempotent answer complete",
            row=f"idempotent_answer {row.id}",
            detail=f"status {row.status}",
        )


CHECKS: tuple[Check, ...] = (
    database_has_the_version_of_the_code,
    children_belong_to_their_parents_owner,
    instants_are_sane,
    leases_are_in_order,
    stored_answers_are_complete,
)
