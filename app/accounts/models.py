"""Organisations, their staff and roles, and the credentials by which staff come in."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kit.database import (
    Base,
    Instant,
    JsonList,
    OptionalInstant,
    PrimaryKey,
    PublicId,
    enum_type,
)
from app.kit.sealing import Sealed


class OrganisationKind(StrEnum):
    """What an organisation is in the programme."""

    PROVINCE_BUREAU = "province_bureau"
    CITY_BUREAU = "city_bureau"
    CERT_BODY = "cert_body"
    EXECUTOR = "executor"


class Role(StrEnum):
    """What a member of staff may do in one organisation."""

    ORGANISER = "organiser"
    TRAINER = "trainer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Organisation(Base):
    """A bureau, certification body or executor; owner of everything below it."""

    __tablename__ = "organisation"

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_en: Mapped[str] = mapped_column(String(160), default="")
    kind: Mapped[OrganisationKind] = mapped_column(enum_type(OrganisationKind))
    created_at: Mapped[Instant]


class Staff(Base):
    """A person's account; what it may do stands in its memberships."""

    __tablename__ = "staff"

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    password_changed_at: Mapped[Instant]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None] = mapped_column(Sealed)
    totp_step: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Instant]
    memberships: Mapped[list[Membership]] = relationship(
        order_by="Membership.id", lazy="selectin", cascade="all, delete-orphan"
    )


class Membership(Base):
    """One role of one account in one organisation."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("staff_id", "organisation_id", "role"),
        Index(None, "organisation_id"),
    )

    id: Mapped[PrimaryKey]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    organisation: Mapped[Organisation] = relationship(lazy="joined")


class LoginSession(Base):
    """A signed-in browser; revoking the row signs it out at once."""

    __tablename__ = "login_session"
    __table_args__ = (Index(None, "staff_id"),)

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[OptionalInstant]
    browser: Mapped[str] = mapped_column(String(60), default="")
    organisation: Mapped[Organisation] = relationship(lazy="raise", viewonly=True)


class SignInThrottle(Base):
    """Failed sign-ins of one account or one address (both as keyed hashes)."""

    __tablename__ = "sign_in_throttle"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_failed_at: Mapped[Instant]
    locked_until: Mapped[OptionalInstant]


class ApiToken(Base):
    """A program's credential, acting for one account in one organisation, within scopes."""

    __tablename__ = "api_token"
    __table_args__ = (Index(None, "staff_id"),)

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    label: Mapped[str] = mapped_column(String(80))
    scopes: Mapped[JsonList]
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[OptionalInstant]
