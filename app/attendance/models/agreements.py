"""What counts as having attended, and what people object to."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.database import (
    Base,
    Instant,
    JsonDict,
    OptionalInstant,
    PrimaryKey,
    PublicId,
    enum_type,
)


class RuleVersion(Base):
    """A version of the rule by which a training's attendance is judged; the highest one holds.

    `content` is written and read by rules.policy. A training without a row is judged by the
    default rule with the percentage of its own row.
    """

    __tablename__ = "rule_version"
    __table_args__ = (UniqueConstraint("training_id", "number"),)

    id: Mapped[PrimaryKey]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    number: Mapped[int]  # 1, 2, 3, …
    content: Mapped[JsonDict]
    reason: Mapped[str] = mapped_column(String(300), default="")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Instant]


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class AppealedBy(StrEnum):
    """Who objects."""

    ATTENDEE = "attendee"
    CONTACT = "contact"


class Appeal(Base):
    """An objection against the record of one attendee and lesson; it is answered, never deleted."""

    __tablename__ = "appeal"
    __table_args__ = (
        Index(None, "lesson_id", "attendee_id"),
        Index(None, "organisation_id", "state"),
        Index(None, "training_id"),
        Index(
            "ix_appeal_open",
            "lesson_id",
            "attendee_id",
            unique=True,
            sqlite_where=sql("state = 'open'"),
            postgresql_where=sql("state = 'open'"),
        ),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"))
    raised_by: Mapped[AppealedBy] = mapped_column(enum_type(AppealedBy))
    text: Mapped[str] = mapped_column(String(1000))
    file: Mapped[str] = mapped_column(String(40), default="")  # as stored
    file_name: Mapped[str] = mapped_column(String(200), default="")  # as it was called
    state: Mapped[AppealState] = mapped_column(enum_type(AppealState), default=AppealState.OPEN)
    created_at: Mapped[Instant]
    decided_at: Mapped[OptionalInstant]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    answer: Mapped[str] = mapped_column(String(1000), default="")
    fact_uid: Mapped[str | None] = mapped_column(String(64))  # the correction it led to
