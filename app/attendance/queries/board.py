"""Reads the board of a lesson: one look tells whether it changed, two more draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from app.attendance.models import Attendance, Credit, Desk, LateScan
from app.attendance.queries.desks import may_see
from app.attendance.rules.board import Health, health
from app.enterprises.models import Enterprise
from app.kit.database import db
from app.kit.errors import NotFound
from app.registrations.models import Attendee, AttendeeState
from app.trainings.models import Channel, Lesson, Training, TrainingState

MOST_ENTERPRISES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a lesson stands; a board drawn for an equal state need not be drawn again.

    Every scan and every change of the roster moves `sequence`.
    """

    lesson_id: int
    training: str  # public id
    training_state: TrainingState
    sequence: int
    starts_at: datetime
    ends_at: datetime
    late_scans: int
    desks: Sequence[Health]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many of one channel, or of all; `curve` counts arrivals up to each mark."""

    expected: int
    came: int
    missing: int
    inside: int
    late: int
    excused: int
    conflicts: int
    curve: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseFigures:
    """How many of one enterprise."""

    enterprise: str  # public id
    name: str
    expected: int
    came: int
    missing: int


def get_state(lesson: str, *, organisation_id: int, trainer_id: int | None, now: datetime) -> State:
    """Give where a lesson (public id) stands, in one statement; NotFound."""
    rows = db.session.execute(
        _state(organisation_id, trainer_id).where(Lesson.public_id == lesson)
    ).all()
    if not rows:
        raise NotFound
    first = rows[0]
    return State(
        lesson_id=first.lesson_id,
        training=first.training,
        training_state=first.training_state,
        sequence=first.feed_sequence,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        late_scans=first.late_scans,
        desks=[_health(row, now) for row in rows if row.desk is not None],
    )


def _state(organisation_id: int, trainer_id: int | None) -> Select[*tuple[Any, ...]]:
    undecided = (
        select(func.count(LateScan.id))
        .where(LateScan.lesson_id == Lesson.id, LateScan.decided_at.is_(None))
        .scalar_subquery()
    )
    statement: Select[*tuple[Any, ...]] = (
        select(
            Lesson.id.label("lesson_id"),
            Lesson.feed_sequence,
            Lesson.starts_at,
            Lesson.ends_at,
            Training.public_id.label("training"),
            Training.state.label("training_state"),
            undecided.label("late_scans"),
            Desk.public_id.label("desk"),
            Desk.label,
            Desk.last_seen_at,
            Desk.expires_at,
            Desk.revoked_at,
            Desk.queue_length,
            Desk.clock_skew_ms,
        )
        .join(Training, Training.id == Lesson.training_id)
        .outerjoin(Desk, Desk.lesson_id == Lesson.id)
        .where(*may_see(organisation_id=organisation_id, trainer_id=trainer_id))
        .order_by(Desk.id)
    )
    return statement


def _health(row: Any, now: datetime) -> Health:
    return health(
        desk=row.desk,
        label=row.label,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        queue_length=row.queue_length,
        clock_skew_ms=row.clock_skew_ms,
        now=now,
    )


def count(state: State, marks: Sequence[datetime]) -> dict[Channel | None, Figures]:
    """Count the confirmed attendees of a lesson by channel; under None all of them."""
    came, excused = _came(), Attendance.credit == Credit.EXCUSED
    conditions = [
        came,
        Attendance.is_inside,
        and_(came, Attendance.first_in_at > state.starts_at),
        excused,
        Attendance.is_conflict,
        *(and_(came, Attendance.first_in_at <= mark) for mark in marks),
    ]
    rows = db.session.execute(
        _attendees(state, Attendee.channel, func.count(), *map(_number_of, conditions)).group_by(
            Attendee.channel
        )
    )
    by_channel = {row[0]: [int(value) for value in row[1:]] for row in rows}
    sums = [sum(column) for column in zip(*by_channel.values(), strict=True)]
    every = sums or [0] * (len(conditions) + 1)
    return {key: _figures(values) for key, values in [*by_channel.items(), (None, every)]}


def _figures(values: Sequence[int]) -> Figures:
    expected, came, inside, late, excused, conflicts, *curve = values
    return Figures(
        expected=expected,
        came=came,
        missing=expected - came - excused,
        inside=inside,
        late=late,
        excused=excused,
        conflicts=conflicts,
        curve=curve,
    )


def list_enterprises(state: State) -> Sequence[EnterpriseFigures]:
    """List the enterprises that most people are missing of, at most 51 to tell of more."""
    came = _number_of(_came())
    excused = _number_of(Attendance.credit == Credit.EXCUSED)
    missing = (func.count() - came - excused).label("missing")
    rows = db.session.execute(
        _attendees(
            state,
            Enterprise.public_id,
            Enterprise.name,
            func.count().label("expected"),
            came.label("came"),
            missing,
        )
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .group_by(Enterprise.id, Enterprise.public_id, Enterprise.name)
        .order_by(missing.desc(), Enterprise.name, Enterprise.id)
        .limit(MOST_ENTERPRISES + 1)
    )
    return [
        EnterpriseFigures(
            enterprise=row.public_id,
            name=row.name,
            expected=row.expected,
            came=int(row.came),
            missing=int(row.missing),
        )
        for row in rows
    ]


def _attendees(state: State, *columns: Any) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(*columns)
        .select_from(Lesson)
        .join(Attendee, Attendee.training_id == Lesson.training_id)
        .outerjoin(
            Attendance,
            and_(Attendance.attendee_id == Attendee.id, Attendance.lesson_id == Lesson.id),
        )
        .where(Lesson.id == state.lesson_id, Attendee.state == AttendeeState.CONFIRMED)
    )
    return statement


def _came() -> ColumnElement[bool]:
    """Whoever was let in, however short the stay; what people corrected holds."""
    let_in = and_(Attendance.first_in_at.is_not(None), Attendance.is_corrected.is_(False))
    return or_(Attendance.credit.in_((Credit.PRESENT, Credit.PARTIAL)), let_in)


def _number_of(condition: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
