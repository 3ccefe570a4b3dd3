"""Desks, the invitations that make a phone one, and scans that came after a desk was closed."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.database import Base, Instant, OptionalInstant, PrimaryKey, PublicId
from app.kit.ids import LENGTH, new_id
from app.kit.sealing import Sealed


class Desk(Base):
    """A device or place that scans for one lesson, with a credential of its own.

    The token of a desk signs `credential_id`: a new one makes the old token worthless. Queue and
    clock (the server's minus the device's, milliseconds) are what the device said last.
    """

    __tablename__ = "desk"
    __table_args__ = (Index(None, "lesson_id"),)

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    credential_id: Mapped[str] = mapped_column(String(LENGTH), unique=True, default=new_id)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    label: Mapped[str] = mapped_column(String(60))
    may_search: Mapped[bool] = mapped_column(default=False)  # by name, without network
    queue_length: Mapped[int] = mapped_column(default=0)
    clock_skew_ms: Mapped[int | None]
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[OptionalInstant]
    last_seen_at: Mapped[OptionalInstant]


class DeskInvitation(Base):
    """A code shown once, by which a phone without an account becomes a desk of a lesson."""

    __tablename__ = "desk_invitation"
    __table_args__ = (Index(None, "lesson_id"),)

    id: Mapped[PrimaryKey]
    token_id: Mapped[str] = mapped_column(String(LENGTH), unique=True, default=new_id)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    label: Mapped[str] = mapped_column(String(60))
    may_search: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[OptionalInstant]
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))


class LateScan(Base):
    """A scan of a desk that may no longer scan, or out of a queue brought as a file.

    It waits for an organiser: accepted it becomes a fact, declined it stays here. `content` is the
    scan as it was sent (JSON, sealed: it holds a ticket's code).
    """

    __tablename__ = "late_scan"
    __table_args__ = (
        UniqueConstraint("lesson_id", "uid"),
        Index(None, "lesson_id", "decided_at"),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    desk_id: Mapped[int] = mapped_column(ForeignKey("desk.id"))
    uid: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Sealed)
    occurred_at: Mapped[Instant]
    received_at: Mapped[Instant]
    is_from_file: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[OptionalInstant]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    is_accepted: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
