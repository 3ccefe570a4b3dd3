"""Reads platform logs: the logs of a lesson, their lines, and the people they may be of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.accounts.models import Staff
from app.attendance.models import ColumnMapping, LogLine, Match, Platform, PlatformLog
from app.attendance.rules.matching import Candidate, Directory
from app.enterprises.models import Enterprise
from app.kit.database import db
from app.kit.errors import NotFound
from app.kit.pages import Page
from app.registrations.models import Attendee, AttendeeState, Ticket
from app.trainings.models import Lesson

SIZE = 50
LIVE = (AttendeeState.PENDING, AttendeeState.CONFIRMED, AttendeeState.WAITLISTED)
MOST_FOUND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSummary:
    """A log as a list shows it."""

    public_id: str
    platform: Platform
    file_name: str
    staff: str
    created_at: datetime
    applied_at: datetime | None
    is_read: bool
    counts: Mapping[Match, int]

    @property
    def lines(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """The lines that nobody has looked at yet."""
        return self.counts.get(Match.SUGGESTED, 0) + self.counts.get(Match.UNMATCHED, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody a line may be of."""

    public_id: str
    name: str
    enterprise: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line with whose it is, or may be."""

    line: LogLine
    person: Person | None
    suggestions: Sequence[Person]


def list_logs(lesson_id: int) -> Sequence[LogSummary]:
    """List the logs of a lesson, the newest first."""
    rows = db.session.execute(
        select(
            PlatformLog.id,
            PlatformLog.public_id,
            PlatformLog.platform,
            PlatformLog.file_name,
            PlatformLog.created_at,
            PlatformLog.applied_at,
            PlatformLog.content.is_(None).label("is_read"),
            Staff.name.label("staff"),
        )
        .join(Staff, Staff.id == PlatformLog.staff_id)
        .where(PlatformLog.lesson_id == lesson_id)
        .order_by(PlatformLog.id.desc())
    ).all()
    counts = _counts([row.id for row in rows])
    return [
        LogSummary(
            public_id=row.public_id,
            platform=row.platform,
            file_name=row.file_name,
            staff=row.staff,
            created_at=row.created_at,
            applied_at=row.applied_at,
            is_read=row.is_read,
            counts=counts.get(row.id, {}),
        )
        for row in rows
    ]


def _counts(log_ids: Sequence[int]) -> dict[int, dict[Match, int]]:
    found: dict[int, dict[Match, int]] = {}
    rows = db.session.execute(
        select(LogLine.log_id, LogLine.match, func.count(LogLine.id).label("lines"))
        .where(LogLine.log_id.in_(log_ids))
        .group_by(LogLine.log_id, LogLine.match)
    )
    for row in rows:
        found.setdefault(row.log_id, {})[row.match] = row.lines
    return found


def counts_of(log_id: int) -> Mapping[Match, int]:
    """Count the lines of a log by how they were matched."""
    return _counts([log_id]).get(log_id, {})


def get_log(lesson_id: int, log: str) -> PlatformLog:
    """Give a log of a lesson by its public id; NotFound."""
    found = db.session.scalar(
        select(PlatformLog).where(PlatformLog.lesson_id == lesson_id, PlatformLog.public_id == log)
    )
    if found is None:
        raise NotFound
    return found


def find_by_sha256(lesson_id: int, sha256: str) -> PlatformLog | None:
    """Give the log of a lesson that came from these bytes."""
    return db.session.scalar(
        select(PlatformLog).where(
            PlatformLog.lesson_id == lesson_id, PlatformLog.file_sha256 == sha256
        )
    )


def find_mapping(organisation_id: int, platform: Platform, key: str) -> Mapping[str, str] | None:
    """Give how the columns of a file with these headings were named the last time."""
    found: Mapping[str, str] | None = db.session.scalar(
        select(ColumnMapping.mapping).where(
            ColumnMapping.organisation_id == organisation_id,
            ColumnMapping.platform == platform,
            ColumnMapping.headings_sha256 == key,
        )
    )
    return found


def directory(lesson_id: int) -> Directory:
    """Give the people of a lesson's training by all that a log may tell of them."""
    rows = db.session.execute(
        select(
            Attendee.id,
            Attendee.public_id,
            Attendee.name,
            Attendee.phone_lookup,
            Enterprise.name.label("enterprise"),
            Ticket.token_id,
        )
        .join(Lesson, Lesson.training_id == Attendee.training_id)
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .outerjoin(Ticket, (Ticket.attendee_id == Attendee.id) & Ticket.revoked_at.is_(None))
        .where(Lesson.id == lesson_id, Attendee.state.in_(LIVE))
        .order_by(Attendee.sequence)
    ).all()
    people = [
        Candidate(id=row.id, public_id=row.public_id, name=row.name, enterprise=row.enterprise)
        for row in rows
    ]
    return Directory(
        people,
        by_ticket={row.token_id: row.id for row in rows if row.token_id},
        by_phone={row.phone_lookup: row.id for row in rows},
    )


def list_lines(log: PlatformLog, match: Match | None, number: int) -> Page[ShownLine]:
    """List lines of a log in the order of the file, with the people they may be of."""
    wanted = select(LogLine).where(LogLine.log_id == log.id)
    if match is not None:
        wanted = wanted.where(LogLine.match == match)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    last = max(1, -(-total // SIZE))
    number = min(number, last)  # decided lines leave a narrowed list, which grows shorter
    lines = db.session.scalars(
        wanted.order_by(LogLine.number).offset((number - 1) * SIZE).limit(SIZE)
    ).all()
    by_key, by_id = _people(lines)
    items = [
        ShownLine(
            line=line,
            person=by_key.get(line.attendee_id or 0),
            suggestions=[by_id[one] for one in line.suggestions if one in by_id],
        )
        for line in lines
    ]
    return Page(items=items, total=total, number=number, size=SIZE)


def _people(lines: Iterable[LogLine]) -> tuple[dict[int, Person], dict[str, Person]]:
    keys = {line.attendee_id for line in lines if line.attendee_id is not None}
    named = {one for line in lines for one in line.suggestions}
    rows = db.session.execute(
        _persons().where(Attendee.id.in_(keys) | Attendee.public_id.in_(named))
    ).all()
    people = {row.id: _person(row) for row in rows}
    return people, {one.public_id: one for one in people.values()}


def find_people(training_id: int, text: str) -> Sequence[Person]:
    """Find attendees by a part of their name or enterprise, at most twenty."""
    if not text:
        return []
    rows = db.session.execute(
        _persons()
        .where(
            Attendee.training_id == training_id,
            Attendee.state.in_(LIVE),
            Attendee.name.contains(text, autoescape=True)
            | Enterprise.name.contains(text, autoescape=True),
        )
        .order_by(Attendee.name, Attendee.sequence)
        .limit(MOST_FOUND)
    )
    return [_person(row) for row in rows]


def _persons() -> Select[*tuple[Any, ...]]:
    return select(
        Attendee.id,
        Attendee.public_id,
        Attendee.name,
        Attendee.state,
        Enterprise.name.label("enterprise"),
    ).join(Enterprise, Enterprise.id == Attendee.enterprise_id)


def _person(row: Any) -> Person:
    return Person(
        public_id=row.public_id,
        name=row.name,
        enterprise=row.enterprise,
        is_confirmed=row.state is AttendeeState.CONFIRMED,
    )


def get_line(log_id: int, line: str) -> LogLine:
    """Give a line of a log by its public id; NotFound."""
    found = db.session.scalar(
        select(LogLine).where(LogLine.log_id == log_id, LogLine.public_id == line)
    )
    if found is None:
        raise NotFound
    return found
