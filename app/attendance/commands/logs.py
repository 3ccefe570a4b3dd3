"""Takes in a platform's log: the file first, its lines when the columns are named, all or none."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select

from app.attendance.commands import ledger
from app.attendance.errors import AttendanceLocked, LogKnown, LogUnread
from app.attendance.models import ColumnMapping, LogLine, Platform, PlatformLog
from app.attendance.queries import logs
from app.attendance.rules import headings
from app.attendance.rules.headings import Column
from app.attendance.rules.matching import Directory, Traces, code_of
from app.attendance.rules.verdicts import LOCKED
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit import sealing, tokens
from app.kit.database import db
from app.kit.ids import new_id
from app.trainings.models import Lesson, TrainingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as it was read: somebody, and from when until when."""

    number: int
    joined_at: datetime
    left_at: datetime
    name: str = ""
    phone: str = ""  # E.164
    enterprise: str = ""
    link: str = field(default="", repr=False)


def receive(
    lesson: Lesson,
    data: bytes,
    *,
    platform: Platform,
    file_name: str,
    staff_id: int,
    by: Actor,
    now: datetime,
) -> PlatformLog:
    """Keep a file that can be read, sealed, until its columns are named.

    LogKnown when the same bytes were brought for this lesson before, AttendanceLocked when the
    training is closed.
    """
    ensure_open(lesson.id)
    sha256 = hashlib.sha256(data).hexdigest()
    known = logs.find_by_sha256(lesson.id, sha256)
    if known is not None:
        raise LogKnown(known.public_id)
    log = PlatformLog(
        organisation_id=lesson.organisation_id,
        lesson_id=lesson.id,
        staff_id=staff_id,
        platform=platform,
        file_name=file_name[-200:],
        file_sha256=sha256,
        mapping={},
        content=base64.b64encode(zlib.compress(data)).decode(),
        created_at=now,
    )
    db.session.add(log)
    db.session.flush()
    _remember("attendance.log_received", log, by=by, now=now, sha256=sha256)
    return log


def content_of(log: PlatformLog) -> bytes:
    """Give the bytes of a file whose columns are not named yet; LogUnread when they are."""
    if log.content is None:
        raise LogUnread
    return zlib.decompress(base64.b64decode(log.content))


def read_in(
    log: PlatformLog,
    lines: Sequence[Line],
    mapping: Mapping[Column, str],
    header: Sequence[str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Write all lines with whose they seem to be; the file itself is forgotten.

    How the columns were named is remembered for the next file with these headings.
    """
    ensure_open(log.lesson_id)
    db.session.refresh(log)
    if log.content is None:
        raise LogUnread
    log.mapping = {column.value: heading for column, heading in mapping.items()}
    log.content = None
    directory = logs.directory(log.lesson_id)
    db.session.flush()
    rows = [_row(log.id, line, directory) for line in lines]
    db.session.execute(insert(LogLine), rows)
    _keep_mapping(log, header, now=now)
    _remember("attendance.log_read", log, by=by, now=now, lines=len(rows))


def discard(log: PlatformLog, *, by: Actor, now: datetime) -> None:
    """Take away a log that never became attendance; LogUnread when it did."""
    ensure_open(log.lesson_id)
    db.session.refresh(log)
    if log.applied_at is not None:
        raise LogUnread
    db.session.execute(delete(LogLine).where(LogLine.log_id == log.id))
    _remember("attendance.log_discarded", log, by=by, now=now, sha256=log.file_sha256)
    db.session.delete(log)


def ensure_open(lesson_id: int) -> ledger.Book:
    """Lock the lesson; AttendanceLocked when its record no longer changes."""
    book = ledger.open_book(lesson_id, 0)
    if book.door.training_state in LOCKED | {TrainingState.CANCELLED, TrainingState.DRAFT}:
        raise AttendanceLocked
    return book


def headings_key(header: Sequence[str]) -> str:
    """Give the name under which the columns of a kind of file are remembered."""
    folded = "\n".join(map(headings.folded, header))
    return hashlib.sha256(folded.encode()).hexdigest()


def traces_of(line: Line) -> Traces:
    """Give what a line tells of a person, as look-up keys."""
    return Traces(
        name=line.name,
        enterprise=line.enterprise,
        ticket=tokens.read(code_of(line.link), tokens.Purpose.TICKET) or "" if line.link else "",
        phone=sealing.lookup(line.phone, "phone") if line.phone else "",
    )


def _row(log_id: int, line: Line, directory: Directory) -> dict[str, object]:
    found = directory.match(traces_of(line))
    return {
        "public_id": new_id(),
        "log_id": log_id,
        "number": line.number,
        "name": line.name,
        "phone": line.phone,
        "enterprise": line.enterprise,
        "joined_at": line.joined_at,
        "left_at": line.left_at,
        "match": found.match,
        "suggestions": list(found.suggestions),
        "attendee_id": found.attendee_id,
    }


def _keep_mapping(log: PlatformLog, header: Sequence[str], *, now: datetime) -> None:
    key = headings_key(header)
    known = db.session.scalar(
        select(ColumnMapping).where(
            ColumnMapping.organisation_id == log.organisation_id,
            ColumnMapping.platform == log.platform,
            ColumnMapping.headings_sha256 == key,
        )
    )
    if known is None:
        known = ColumnMapping(
            organisation_id=log.organisation_id, platform=log.platform, headings_sha256=key
        )
        db.session.add(known)
    known.mapping, known.updated_at = log.mapping, now


def _remember(
    action: str, log: PlatformLog, *, by: Actor, now: datetime, **details: str | int
) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="platform_log",
        subject_id=log.public_id,
        organisation_id=log.organisation_id,
        platform=log.platform.value,
        **details,
    )
