"""What was done, by whom, to what: append-only, sealed into a hash chain."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.database import Base, Instant, JsonDict, PrimaryKey, Serial


class AuditEntry(Base):
    """One act; `sequence` and `chain_hash` are given when the scheduler seals it."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "organisation_id", "at"),
        Index(None, "subject_kind", "subject_id"),
        Index(None, "sequence", unique=True),
    )

    id: Mapped[PrimaryKey]
    at: Mapped[Instant]
    actor_kind: Mapped[str] = mapped_column(String(24))
    actor_id: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[int | None] = mapped_column(Serial)
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(40))
    details: Mapped[JsonDict]
    sequence: Mapped[int | None]
    chain_hash: Mapped[str | None] = mapped_column(String(64))

    def sealed_values(self) -> dict[str, Any]:
        """Give everything that the chain protects, the place in the chain included."""
        return {
            "id": self.id,
            "at": self.at.isoformat(timespec="microseconds"),
            "actor_kind": self.actor_kind,
            "actor_id": self.actor_id,
            "organisation_id": self.organisation_id,
            "action": self.action,
            "subject_kind": self.subject_kind,
            "subject_id": self.subject_id,
            "details": self.details,
            "sequence": self.sequence,
        }


class AuditHead(Base):
    """The end of the chain in one row: sealers take turns on it, and a lost tail is noticed."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int]
    chain_hash: Mapped[str] = mapped_column(String(64))
