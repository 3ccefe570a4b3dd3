"""Logs of meeting platforms: the file, its lines, and how columns were read last time."""

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
    PublicId,
    enum_type,
)
from app.kit.sealing import Sealed


class Platform(StrEnum):
    """Where a log comes from."""

    TENCENT_MEETING = "tencent_meeting"
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    GENERIC = "generic"


class Match(StrEnum):
    """How a line came to its attendee, or why it has none."""

    LINK = "link"  # the personal address by which somebody joined
    PHONE = "phone"
    NAME = "name"  # of the enterprise's only person of that name
    SUGGESTED = "suggested"  # waits for somebody to look at it
    CHOSEN = "chosen"  # by a member of staff
    UNMATCHED = "unmatched"
    IGNORED = "ignored"  # by a member of staff: the trainer, a test, …


class PlatformLog(Base):
    """A file of a meeting platform for one lesson; its lines stay, matched or not."""

    __tablename__ = "platform_log"
    __table_args__ = (Index(None, "lesson_id"), UniqueConstraint("lesson_id", "file_sha256"))

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    platform: Mapped[Platform] = mapped_column(enum_type(Platform))
    file_name: Mapped[str] = mapped_column(String(200))
    file_sha256: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[JsonDict]  # column of ours → heading of the file
    content: Mapped[str | None] = mapped_column(Sealed)  # the file, until its columns are named
    created_at: Mapped[Instant]
    applied_at: Mapped[OptionalInstant]  # when its lines became facts


class LogLine(Base):
    """One line of a platform's log: who was there from when until when, as the platform saw it."""

    __tablename__ = "log_line"
    __table_args__ = (
        UniqueConstraint("log_id", "number"),
        Index(None, "log_id", "match"),
        Index(None, "attendee_id"),
    )

    id: Mapped[PrimaryKey]
    public_id: Mapped[PublicId]
    log_id: Mapped[int] = mapped_column(ForeignKey("platform_log.id"))
    number: Mapped[int]  # the row in the file, 1 is the first below the headings
    name: Mapped[str] = mapped_column(Sealed, default="")
    phone: Mapped[str] = mapped_column(Sealed, default="")
    enterprise: Mapped[str] = mapped_column(String(120), default="")
    joined_at: Mapped[Instant]
    left_at: Mapped[Instant]
    match: Mapped[Match] = mapped_column(enum_type(Match))
    suggestions: Mapped[JsonList]  # public ids of attendees, the likeliest first
    attendee_id: Mapped[int | None] = mapped_column(ForeignKey("attendee.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    fact_uid: Mapped[str | None] = mapped_column(String(64))


class ColumnMapping(Base):
    """How an organisation read the columns of a kind of file the last time."""

    __tablename__ = "column_mapping"
    __table_args__ = (UniqueConstraint("organisation_id", "platform", "headings_sha256"),)

    id: Mapped[PrimaryKey]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    platform: Mapped[Platform] = mapped_column(enum_type(Platform))
    headings_sha256: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[JsonDict]
    updated_at: Mapped[Instant]
