"""Proofs as printed, the texts they are printed with, and the batches in which they are made."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.database import (
    Base,
    BigKey,
    Instant,
    OptionalInstant,
    PrimaryKey,
    PublicId,
    enum_type,
)
from app.kit.sealing import Sealed

LIVE = "revoked_at IS NULL"
UNDER_WAY = "state IN ('waiting', 'working')"


class RevokeReason(StrEnum):
    """Why a proof no longer counts; the public page tells this and nothing more."""

    REPLACED = "replaced"
    MISTAKE = "mistake"
    ATTENDANCE = "attendance"
    REQUEST = "request"


class BatchState(StrEnum):
    """Where a batch stands."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ProofTemplate(Base):
    """A version of an organisation's texts; the highest number holds, older ones were printed."""

    __tablename__ = "proof_template"
    __table_args__ = (UniqueConstraint("organisation_id", "number"),)

    id: Mapped[PrimaryKey]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]  # 1, 2, 3, …; 0 are the texts of the house, which have no row
    title: Mapped[str] = mapped_column(String(40))
    title_en: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    body_en: Mapped[str] = mapped_column(Text)
    signer: Mapped[str] = mapped_column(String(80), default="")
    signer_en: Mapped[str] = mapped_column(String(120), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Instant]


class ProofBatch(Base):
    """An order to issue (or only to print) the proofs of a training, worked off in the background.

    `total` is what there was to do when it was ordered, `issued` and `printed` what is done.
    `stored_name` names the archive below INSTANCE_DIR; it is empty again when the file is deleted.
    """

    __tablename__ = "proof_batch"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "training_id"], ["training.organisation_id", "training.id"]
        ),
        Index(
            "ix_proof_batch_training_id",
            "training_id",
            unique=True,
            sqlite_where=text(UNDER_WAY),
            postgresql_where=text(UNDER_WAY),
        ),
        Index(None, "organisation_id", "training_id", "created_at"),
        Index(None, "state", "leased_until"),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[BigKey]
    training_id: Mapped[BigKey]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    is_issuing: Mapped[bool]
    state: Mapped[BatchState] = mapped_column(enum_type(BatchState))
    total: Mapped[int]
    issued: Mapped[int] = mapped_column(default=0)
    printed: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[OptionalInstant]
    created_at: Mapped[Instant]
    finished_at: Mapped[OptionalInstant]
    last_error: Mapped[str] = mapped_column(String(120), default="")
    stored_name: Mapped[str] = mapped_column(String(80), default="")
    size_bytes: Mapped[int] = mapped_column(default=0)


class Proof(Base):
    """A numbered certificate of attendance, with everything that is printed on it as a snapshot.

    `printed` is canonical JSON (rules.content), sealed; `content_sha256` is the hash of that text.
    """

    __tablename__ = "proof"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "training_id"], ["training.organisation_id", "training.id"]
        ),
        Index(
            "ix_proof_training_id_attendee_id",
            "training_id",
            "attendee_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        CheckConstraint(
            "(revoked_at IS NULL) = (revoke_reason IS NULL)", name="revoked_for_a_reason"
        ),
        Index(None, "attendee_id"),
        Index(None, "organisation_id", "training_id", "issued_at"),
        Index(None, "batch_id"),
    )

    id: Mapped[PrimaryKey]
    number: Mapped[str] = mapped_column(String(24), unique=True)
    organisation_id: Mapped[BigKey]
    training_id: Mapped[BigKey]
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("proof_batch.id"))
    printed: Mapped[str] = mapped_column(Sealed)
    content_sha256: Mapped[str] = mapped_column(String(64))
    template_number: Mapped[int]
    course_minutes: Mapped[int]  # all lessons, as announced: what the printed hours follow from
    attended_minutes: Mapped[int]
    issued_at: Mapped[Instant]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    revoked_at: Mapped[OptionalInstant]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    revoke_reason: Mapped[RevokeReason | None] = mapped_column(enum_type(RevokeReason))
    revoke_note: Mapped[str] = mapped_column(String(300), default="")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("proof.id"), unique=True)
