"""Registrations of enterprises, the attendees they hold, and the attendees' tickets."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.enterprises.models import Contact, Enterprise
from app.kit.database import (
    Base,
    BigKey,
    Instant,
    JsonList,
    OptionalInstant,
    PrimaryKey,
    PublicId,
    enum_type,
)
from app.kit.sealing import Sealed
from app.trainings.models import Channel, Training


class RegistrationState(StrEnum):
    """A function of the states of its attendees."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    PARTLY_WAITLISTED = "partly_waitlisted"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class AttendeeState(StrEnum):
    """Where one person's place stands; pending and confirmed ones hold a place."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class IfFull(StrEnum):
    """What an enterprise wants when its people do not all fit."""

    WAITLIST_REST = "waitlist_rest"
    ALL_OR_WAITLIST = "all_or_waitlist"
    REFUSE = "refuse"


LIVE_STATES = "state IN ('pending', 'confirmed', 'waitlisted')"


class Registration(Base):
    """An enterprise's claim on one training, with what it declared about itself at that time."""

    __tablename__ = "registration"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "training_id"], ["training.organisation_id", "training.id"]
        ),
        UniqueConstraint("organisation_id", "training_id", "id"),
        Index(None, "training_id", "created_at"),
        Index(None, "enterprise_id"),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[BigKey]
    training_id: Mapped[BigKey]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    state: Mapped[RegistrationState] = mapped_column(enum_type(RegistrationState))
    if_full: Mapped[IfFull] = mapped_column(enum_type(IfFull))
    language: Mapped[str] = mapped_column(String(2), default="zh")
    manage_token_id: Mapped[str] = mapped_column(String(26), unique=True)
    contact_name: Mapped[str] = mapped_column(String(60))
    contact_phone: Mapped[str] = mapped_column(Sealed)
    contact_email: Mapped[str | None] = mapped_column(Sealed)
    enterprise_name: Mapped[str] = mapped_column(String(120))
    city: Mapped[str] = mapped_column(String(6))
    industry: Mapped[str] = mapped_column(String(4), default="")
    employees: Mapped[int | None]
    revenue_10k_yuan: Mapped[int | None]
    policy_version: Mapped[str] = mapped_column(String(12))
    consent_purposes: Mapped[JsonList]
    consented_at: Mapped[Instant]
    is_approved: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    cancelled_at: Mapped[OptionalInstant]

    training: Mapped[Training] = relationship(lazy="raise", viewonly=True)
    enterprise: Mapped[Enterprise] = relationship(lazy="raise")
    contact: Mapped[Contact] = relationship(lazy="raise")
    attendees: Mapped[list[Attendee]] = relationship(
        lazy="raise", viewonly=True, order_by="Attendee.sequence"
    )


class Attendee(Base):
    """One person's place in a registration; its sequence orders the training's waiting list."""

    __tablename__ = "attendee"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "training_id", "registration_id"],
            ["registration.organisation_id", "registration.training_id", "registration.id"],
        ),
        UniqueConstraint("training_id", "sequence"),
        Index(
            "ix_attendee_training_id_phone_lookup",
            "training_id",
            "phone_lookup",
            unique=True,
            sqlite_where=text(LIVE_STATES),
            postgresql_where=text(LIVE_STATES),
        ),
        Index(None, "training_id", "state", "priority", "sequence"),
        Index(None, "registration_id"),
        Index(None, "training_id", "enterprise_id"),
        Index(None, "person_id"),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[BigKey]
    training_id: Mapped[BigKey]
    registration_id: Mapped[BigKey]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(Sealed)
    phone_lookup: Mapped[str] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(Sealed)
    job_title: Mapped[str] = mapped_column(String(60), default="")
    channel: Mapped[Channel] = mapped_column(enum_type(Channel))
    state: Mapped[AttendeeState] = mapped_column(enum_type(AttendeeState))
    priority: Mapped[int] = mapped_column(default=100)  # lower is promoted earlier
    sequence: Mapped[int]
    created_at: Mapped[Instant]
    confirmed_at: Mapped[OptionalInstant]
    promoted_at: Mapped[OptionalInstant]
    cancelled_at: Mapped[OptionalInstant]

    registration: Mapped[Registration] = relationship(lazy="raise", viewonly=True)
    enterprise: Mapped[Enterprise] = relationship(lazy="raise")
    tickets: Mapped[list[Ticket]] = relationship(
        lazy="raise", order_by="Ticket.id", back_populates="attendee"
    )


class Ticket(Base):
    """The opaque name of an attendee's place, shown as QR; one unrevoked ticket per attendee."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index(
            "ix_ticket_attendee_id",
            "attendee_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    token_id: Mapped[str] = mapped_column(String(26), unique=True)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"))
    issued_at: Mapped[Instant]
    revoked_at: Mapped[OptionalInstant]

    attendee: Mapped[Attendee] = relationship(lazy="raise", back_populates="tickets")


class RosterChange(Base):
    """An entry of a lesson's change feed: this attendee's place changed."""

    __tablename__ = "roster_change"

    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attendee_id: Mapped[int] = mapped_column(ForeignKey("attendee.id"))
    at: Mapped[Instant]
