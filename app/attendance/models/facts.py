"""Facts of attendance from every source, and the record that is folded from them."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.database import (
    Base,
    Instant,
    JsonDict,
    JsonList,
    OptionalInstant,
    PrimaryKey,
    enum_type,
)


class FactKind(StrEnum):
    """Where a fact comes from; what people decide (undo, correction, resolution) is a fact too."""

    DOOR_SCAN = "door_scan"
    SELF_CHECKIN = "self_checkin"
    WATCH = "watch"
    IMPORT = "import"
    PAPER = "paper"
    CORRECTION = "correction"
    UNDO = "undo"
    RESOLUTION = "resolution"  # of a conflict: the fact it names was seen by rights


class Direction(StrEnum):
    """Into the room or out of it."""

    IN = "in"
    OUT = "out"


class Verdict(StrEnum):
    """The answer to a scan; every one is stored and shown."""

    ADMITTED = "admitted"
    ALREADY_IN = "already_in"
    OUT = "out"
    NOT_IN = "not_in"
    WRONG_TRAINING = "wrong_training"
    WRONG_LESSON = "wrong_lesson"
    NOT_CONFIRMED = "not_confirmed"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    UNKNOWN = "unknown"


class Credit(StrEnum):
    """What a lesson counts for an attendee."""

    PRESENT = "present"
    PARTIAL = "partial"
    ABSENT = "absent"
    EXCUSED = "excused"


class Fact(Base):
    """Something that was seen or decided; never changed, never deleted.

    `sequence` numbers the lesson's change feed without gaps; `chain_hash` binds each fact to the
    one before it in the lesson. `effective_at` is `occurred_at` as far as the device's clock is
    believed. An undo, or a resolution, names its fact in `target_uid`.
    """

    __tablename__ = "fact"
    __table_args__ = (
        UniqueConstraint("lesson_id", "uid"),
        UniqueConstraint("lesson_id", "sequence"),
        Index(None, "attendee_id", "lesson_id"),
        Index(None, "lesson_id", "received_at"),
    )

    id: Mapped[PrimaryKey]
    uid: Mapped[str] = mapped_column(String(64))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    attendee_id: Mapped[int | None] = mapped_column(ForeignKey("attendee.id"))
    desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[FactKind] = mapped_column(enum_type(FactKind))
    direction: Mapped[Direction | None] = mapped_column(enum_type(Direction))
    verdict: Mapped[Verdict | None] = mapped_column(enum_type(Verdict))
    credit: Mapped[Credit | None] = mapped_column(enum_type(Credit))
    occurred_at: Mapped[Instant]
    effective_at: Mapped[Instant]
    ends_at: Mapped[OptionalInstant]
    received_at: Mapped[Instant]
    device_sequence: Mapped[int | None]
    flags: Mapped[JsonList]
    reason: Mapped[str] = mapped_column(String(300), default="")
    target_uid: Mapped[str | None] = mapped_column(String(64))
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    payload_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[JsonDict]
    sequence: Mapped[int]
    chain_hash: Mapped[str] = mapped_column(String(64))


class Attendance(Base):
    """The derived record of one attendee and lesson; equal to the fold of its facts."""

    __tablename__ = "attendance"
    __table_args__ = (
        UniqueConstraint("lesson_id", "attendee_id"),
        Index(None, "attendee_id"),
    )

    id: Mapped[PrimaryKey]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"))
    credit: Mapped[Credit] = mapped_column(enum_type(Credit))
    minutes: Mapped[int]
    first_in_at: Mapped[OptionalInstant]
    first_in_desk_id: Mapped[int | None] = mapped_column(ForeignKey("desk.id"))
    last_out_at: Mapped[OptionalInstant]
    is_inside: Mapped[bool]
    is_conflict: Mapped[bool]
    is_corrected: Mapped[bool]
    sources: Mapped[JsonList]
    evidence: Mapped[JsonDict]
    updated_at: Mapped[Instant]
