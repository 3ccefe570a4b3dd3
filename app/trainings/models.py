"""Programmes, courses, venues, and the trainings with their lessons, trainers and materials."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Organisation, Staff
from app.kit.database import Base, BigKey, Instant, OptionalInstant, PrimaryKey, PublicId, enum_type


class Mode(StrEnum):
    """How a training is held."""

    ONSITE = "onsite"
    LIVESTREAM = "livestream"
    HYBRID = "hybrid"


class Channel(StrEnum):
    """How one attendee takes part."""

    ONSITE = "onsite"
    ONLINE = "online"


class TrainingState(StrEnum):
    """The life of a training; sign-up and lesson states follow from its times."""

    DRAFT = "draft"
    PUBLISHED = "published"
    HELD = "held"
    CLOSED = "closed"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


class Programme(Base):
    """One year's promise of one organisation."""

    __tablename__ = "programme"

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    year: Mapped[int]
    target_trainings: Mapped[int] = mapped_column(default=8)
    target_onsite: Mapped[int] = mapped_column(default=4)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]
    organisation: Mapped[Organisation] = relationship(lazy="joined")


class Course(Base):
    """A syllabus that is taught again and again."""

    __tablename__ = "course"

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    standard: Mapped[str] = mapped_column(String(60), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    is_retired: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]


class Venue(Base):
    """A place where trainings are held on site."""

    __tablename__ = "venue"

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    city: Mapped[str] = mapped_column(String(6))
    address: Mapped[str] = mapped_column(String(200))
    directions: Mapped[str] = mapped_column(Text, default="")
    capacity: Mapped[int | None]
    is_retired: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]


class Training(Base):
    """What is announced and registered for; this row is the one lock for its places."""

    __tablename__ = "training"
    __table_args__ = (
        CheckConstraint(
            "taken_onsite >= 0 AND taken_onsite <= capacity_onsite", name="onsite_places"
        ),
        CheckConstraint(
            "taken_online >= 0 AND taken_online <= capacity_online", name="online_places"
        ),
        UniqueConstraint("organisation_id", "id"),
        Index(None, "state", "starts_at"),
        Index(None, "organisation_id", "starts_at"),
        Index(None, "programme_id"),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    summary: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")  # Markdown
    mode: Mapped[Mode] = mapped_column(enum_type(Mode))
    state: Mapped[TrainingState] = mapped_column(
        enum_type(TrainingState), default=TrainingState.DRAFT
    )
    city: Mapped[str] = mapped_column(String(6), default="")
    cluster: Mapped[str] = mapped_column(String(24), default="")
    capacity_onsite: Mapped[int] = mapped_column(default=0)
    capacity_online: Mapped[int] = mapped_column(default=0)
    taken_onsite: Mapped[int] = mapped_column(default=0)
    taken_online: Mapped[int] = mapped_column(default=0)
    seat_sequence: Mapped[int] = mapped_column(default=0)  # the last attendee number given
    per_enterprise_limit: Mapped[int | None]
    requires_approval: Mapped[bool] = mapped_column(default=False)
    required_percent: Mapped[int] = mapped_column(default=60)
    signup_opens_at: Mapped[Instant]
    signup_closes_at: Mapped[Instant]
    starts_at: Mapped[Instant]  # of the first lesson, kept by commands
    ends_at: Mapped[Instant]  # of the last lesson, kept by commands
    contact_phone: Mapped[str] = mapped_column(String(40), default="")  # an office line, public
    revision: Mapped[int] = mapped_column(default=1)
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    told_sequence: Mapped[int] = mapped_column(default=0)  # up to which people had letters
    known_meeting: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)  # the time and place that people know while a move is untold
    )
    created_at: Mapped[Instant]
    published_at: Mapped[OptionalInstant]
    moved_at: Mapped[OptionalInstant]
    moved_from: Mapped[OptionalInstant]  # when it was to start before the last move of its time
    closed_at: Mapped[OptionalInstant]
    cancelled_at: Mapped[OptionalInstant]
    cancel_reason: Mapped[str] = mapped_column(String(300), default="")
    cancellation_told_at: Mapped[OptionalInstant]

    organisation: Mapped[Organisation] = relationship(lazy="raise")
    programme: Mapped[Programme | None] = relationship(lazy="raise")
    course: Mapped[Course | None] = relationship(lazy="raise")
    venue: Mapped[Venue | None] = relationship(lazy="raise")
    lessons: Mapped[list[Lesson]] = relationship(
        lazy="raise",
        order_by="Lesson.starts_at, Lesson.id",
        cascade="all, delete-orphan",
        back_populates="training",
    )
    trainers: Mapped[list[TrainingTrainer]] = relationship(
        lazy="raise", order_by="TrainingTrainer.id", cascade="all, delete-orphan"
    )
    materials: Mapped[list[Material]] = relationship(lazy="raise", order_by="Material.id")


class Lesson(Base):
    """One dated part of a training; check-in, livestream and calendar hang here."""

    __tablename__ = "lesson"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        ForeignKeyConstraint(
            ["organisation_id", "training_id"], ["training.organisation_id", "training.id"]
        ),
        Index(None, "training_id", "starts_at"),
        Index(None, "starts_at"),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[BigKey]
    training_id: Mapped[BigKey]
    title: Mapped[str] = mapped_column(String(120), default="")
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    online_url: Mapped[str] = mapped_column(String(500), default="")
    feed_sequence: Mapped[int] = mapped_column(default=0)  # the last number of the change feed

    training: Mapped[Training] = relationship(lazy="raise", back_populates="lessons")


class TrainingTrainer(Base):
    """Who teaches a training: an account of the organisation, or a guest by name."""

    __tablename__ = "training_trainer"
    __table_args__ = (Index(None, "training_id"), Index(None, "staff_id"), Index(None, "name"))

    id: Mapped[PrimaryKey]
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(String(60))

    staff: Mapped[Staff | None] = relationship(lazy="raise")


class Material(Base):
    """A file to download; the bytes lie under MEDIA_DIR by their stored name."""

    __tablename__ = "material"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "training_id"], ["training.organisation_id", "training.id"]
        ),
        Index(None, "training_id"),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[BigKey]
    training_id: Mapped[BigKey]
    title: Mapped[str] = mapped_column(String(120))
    file_name: Mapped[str] = mapped_column(String(200))
    stored_name: Mapped[str] = mapped_column(String(80), unique=True)
    media_type: Mapped[str] = mapped_column(String(120))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Instant]
