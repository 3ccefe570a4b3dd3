"""Enterprises, the contacts who act for them, and the people on their rosters."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kit.database import Base, Instant, PrimaryKey, PublicId
from app.kit.sealing import Sealed


class Enterprise(Base):
    """One per unified social credit code; its size class is computed, never asked."""

    __tablename__ = "enterprise"

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    city: Mapped[str] = mapped_column(String(6), index=True)
    industry: Mapped[str] = mapped_column(String(4), default="")
    employees: Mapped[int | None]
    revenue_10k_yuan: Mapped[int | None]
    created_at: Mapped[Instant]


class Contact(Base):
    """A person who acts for an enterprise."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("enterprise_id", "phone_lookup"),)

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(Sealed)
    phone_lookup: Mapped[str] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(Sealed)
    created_at: Mapped[Instant]
    enterprise: Mapped[Enterprise] = relationship(lazy="raise")


class Person(Base):
    """Someone on an enterprise's roster, counted once however often they are trained."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("enterprise_id", "phone_lookup"),)

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(Sealed)
    phone_lookup: Mapped[str] = mapped_column(String(40), index=True)
    job_title: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[Instant]
