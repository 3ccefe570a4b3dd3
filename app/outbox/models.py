"""The outbox: letters that wait, were sent, or failed."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.database import Base, Instant, OptionalInstant, PrimaryKey, PublicId, enum_type
from app.kit.sealing import Sealed


class LetterState(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Letter(Base):
    """One rendered message to one recipient; its key makes it unique for its occasion."""

    __tablename__ = "letter"
    __table_args__ = (
        Index(None, "state", "due_at"),
        Index(None, "organisation_id", "created_at"),
        Index(None, "subject_kind", "subject_id"),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(Sealed)
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Sealed)
    html: Mapped[str | None] = mapped_column(Sealed)
    calendar: Mapped[str | None] = mapped_column(Text)
    calendar_method: Mapped[str] = mapped_column(String(10), default="PUBLISH")
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[LetterState] = mapped_column(enum_type(LetterState))
    attempts: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant]
    leased_until: Mapped[OptionalInstant]
    created_at: Mapped[Instant]
    sent_at: Mapped[OptionalInstant]
    last_error: Mapped[str] = mapped_column(String(120), default="")
