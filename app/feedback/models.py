"""One attendee's answers about one training."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.database import Base, Instant, PrimaryKey, PublicId

SCORE = "content BETWEEN 1 AND 5 AND trainer BETWEEN 1 AND 5 AND organisation BETWEEN 1 AND 5"
SCORE_MORE = "effect BETWEEN 1 AND 5 AND overall BETWEEN 1 AND 5"


class Feedback(Base):
    """Four dimensions and an overall score (1 to 5) and three open answers; one per attendee."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint(f"{SCORE} AND {SCORE_MORE}", name="scores"),
        Index(None, "training_id"),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"), unique=True)
    content: Mapped[int]
    trainer: Mapped[int]
    organisation: Mapped[int]
    effect: Mapped[int]
    overall: Mapped[int]
    most_useful: Mapped[str] = mapped_column(Text, default="")
    to_improve: Mapped[str] = mapped_column(Text, default="")
    needs: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(2), default="zh")
    created_at: Mapped[Instant]
