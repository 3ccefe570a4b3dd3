"""Reads attendance: the rows of an export, the filtered list, totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    case,
    func,
    or_,
    select,
    type_coerce,
)

from app.attendance.models import Attendance, Credit, Desk
from app.enterprises.models import Enterprise
from app.kit import phones, sealing
from app.kit.database import db
from app.kit.errors import NotFound
from app.kit.pages import SIZE, Page
from app.registrations.models import Attendee, AttendeeState
from app.trainings.models import Channel, Lesson, Training

CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRow:
    """One attendee in one lesson."""

    lesson_id: int
    lesson: str
    lesson_number: int
    lesson_title: str
    starts_at: datetime
    ends_at: datetime
    attendee: str
    number: int
    name: str
    phone: str
    job_title: str
    enterprise: str
    uscc: str
    city: str
    channel: Channel
    state: AttendeeState
    credit: Credit
    minutes: int
    first_in_at: datetime | None
    first_in_desk: str
    last_out_at: datetime | None
    is_inside: bool
    is_conflict: bool
    is_corrected: bool
    sources: Sequence[str]
    evidence: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list of attendance is narrowed to; empty values narrow nothing."""

    credit: Credit | None = None
    channel: Channel | None = None
    enterprise: str = ""  # public id
    text: str = ""
    only_conflicts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The figures of one lesson, over its confirmed attendees."""

    expected: int
    present: int
    partial: int
    excused: int
    conflicts: int

    @property
    def came(self) -> int:
        return self.present + self.partial

    @property
    def absent(self) -> int:
        return self.expected - self.came - self.excused

    @property
    def percent(self) -> int:
        return round(100 * self.came / self.expected) if self.expected else 0


def _rows(training_id: int) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(
            Lesson.id.label("lesson_id"),
            Attendee.public_id.label("attendee"),
            Attendee.sequence.label("number"),
            Attendee.name,
            type_coerce(Attendee.phone, String).label("sealed_phone"),
            Attendee.job_title,
            Attendee.channel,
            Attendee.state,
            Enterprise.name.label("enterprise"),
            Enterprise.uscc,
            Enterprise.city,
            Attendance.credit,
            Attendance.minutes,
            Attendance.first_in_at,
            Desk.label.label("desk"),
            Attendance.last_out_at,
            Attendance.is_inside,
            Attendance.is_conflict,
            Attendance.is_corrected,
            Attendance.sources,
            Attendance.evidence,
        )
        .select_from(Lesson)
        .join(Attendee, Attendee.training_id == Lesson.training_id)
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .outerjoin(
            Attendance,
            and_(Attendance.attendee_id == Attendee.id, Attendance.lesson_id == Lesson.id),
        )
        .outerjoin(Desk, Desk.id == Attendance.first_in_desk_id)
        .where(
            Lesson.training_id == training_id,
            or_(Attendee.state == AttendeeState.CONFIRMED, Attendance.id.is_not(None)),
        )
    )
    return statement


def stream_rows(
    training: Training, *, lesson_id: int | None = None, with_phones: bool
) -> Iterator[AttendanceRow]:
    """Give one row per lesson and attendee, in that order, as they come from the database.

    `training` has its lessons loaded; phones are masked unless `with_phones`.
    """
    statement = _rows(training.id).order_by(Lesson.starts_at, Lesson.id, Attendee.sequence)
    if lesson_id is not None:
        statement = statement.where(Lesson.id == lesson_id)
    lessons = _numbered(training)
    for row in db.session.execute(statement, execution_options={"yield_per": CHUNK}):
        yield _read(row, lessons, with_phones=with_phones)


def list_rows(
    training: Training, lesson: Lesson, filters: Filters, *, with_phones: bool, number: int = 1
) -> Page[AttendanceRow]:
    """List the attendance of a lesson by enterprise and number, narrowed by `filters`."""
    statement = _rows(training.id).where(Lesson.id == lesson.id, *_conditions(filters))
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = db.session.execute(
        statement.order_by(Enterprise.name, Attendee.sequence)
        .offset((number - 1) * SIZE)
        .limit(SIZE)
    )
    lessons = _numbered(training)
    items = [_read(row, lessons, with_phones=with_phones) for row in rows]
    return Page(items=items, total=total, number=number, size=SIZE)


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.credit is Credit.ABSENT:
        yield Attendance.id.is_(None) | (Attendance.credit == Credit.ABSENT)
    elif filters.credit is not None:
        yield Attendance.credit == filters.credit
    if filters.channel is not None:
        yield Attendee.channel == filters.channel
    if filters.enterprise:
        yield Enterprise.public_id == filters.enterprise
    if filters.only_conflicts:
        yield Attendance.is_conflict.is_(True)
    if filters.text:
        yield (
            Attendee.name.contains(filters.text, autoescape=True)
            | Enterprise.name.contains(filters.text, autoescape=True)
            | (Enterprise.uscc == filters.text.upper())
        )


def _numbered(training: Training) -> dict[int, tuple[int, Lesson]]:
    ordered = sorted(training.lessons, key=lambda lesson: (lesson.starts_at, lesson.id))
    return {lesson.id: (number, lesson) for number, lesson in enumerate(ordered, 1)}


def _read(
    row: Row[Any], lessons: dict[int, tuple[int, Lesson]], *, with_phones: bool
) -> AttendanceRow:
    number, lesson = lessons[row.lesson_id]
    phone = sealing.unseal(row.sealed_phone)
    return AttendanceRow(
        lesson_id=lesson.id,
        lesson=lesson.public_id,
        lesson_number=number,
        lesson_title=lesson.title,
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        attendee=row.attendee,
        number=row.number,
        name=row.name,
        phone=phone if with_phones else phones.mask(phone),
        job_title=row.job_title,
        enterprise=row.enterprise,
        uscc=row.uscc,
        city=row.city,
        channel=row.channel,
        state=row.state,
        credit=row.credit or Credit.ABSENT,
        minutes=row.minutes or 0,
        first_in_at=row.first_in_at,
        first_in_desk=row.desk or "",
        last_out_at=row.last_out_at,
        is_inside=bool(row.is_inside),
        is_conflict=bool(row.is_conflict),
        is_corrected=bool(row.is_corrected),
        sources=row.sources or [],
        evidence=row.evidence,
    )


def get_row(
    training: Training, lesson: Lesson, attendee: str, *, with_phones: bool
) -> AttendanceRow:
    """Give one attendee (public id) in a lesson; NotFound when not of this training."""
    row = db.session.execute(
        _rows(training.id).where(Lesson.id == lesson.id, Attendee.public_id == attendee)
    ).one_or_none()
    if row is None:
        raise NotFound
    return _read(row, _numbered(training), with_phones=with_phones)


def totals(lesson_id: int) -> Totals:
    """Count the credits of a lesson over its confirmed attendees."""
    row = db.session.execute(
        select(
            func.count(Attendee.id).label("expected"),
            _sum_of(Attendance.credit == Credit.PRESENT).label("present"),
            _sum_of(Attendance.credit == Credit.PARTIAL).label("partial"),
            _sum_of(Attendance.credit == Credit.EXCUSED).label("excused"),
            _sum_of(Attendance.is_conflict).label("conflicts"),
        )
        .select_from(Lesson)
        .join(Attendee, Attendee.training_id == Lesson.training_id)
        .outerjoin(
            Attendance,
            and_(Attendance.attendee_id == Attendee.id, Attendance.lesson_id == Lesson.id),
        )
        .where(Lesson.id == lesson_id, Attendee.state == AttendeeState.CONFIRMED)
    ).one()
    return Totals(
        expected=row.expected,
        present=row.present,
        partial=row.partial,
        excused=row.excused,
        conflicts=row.conflicts,
    )


def _sum_of(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def list_enterprises(training_id: int) -> Sequence[tuple[str, str]]:
    """List (public id, name) of the enterprises with confirmed attendees, by name."""
    rows = db.session.execute(
        select(Enterprise.public_id, Enterprise.name)
        .join(Attendee, Attendee.enterprise_id == Enterprise.id)
        .where(Attendee.training_id == training_id, Attendee.state == AttendeeState.CONFIRMED)
        .distinct()
        .order_by(Enterprise.name, Enterprise.public_id)
    )
    return [(row.public_id, row.name) for row in rows]
