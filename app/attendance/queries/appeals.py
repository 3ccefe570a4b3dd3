"""Reads objections: those of one attendee or enterprise, and an organisation's list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, select

from app.accounts.models import Staff
from app.attendance.models import Appeal, AppealState, Attendance, Credit
from app.attendance.rules.appeals import Window
from app.enterprises.models import Enterprise
from app.kit.database import db
from app.kit.errors import NotFound
from app.kit.pages import SIZE, Page
from app.registrations.models import Attendee, AttendeeState
from app.trainings.models import Lesson, Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An objection with what it is about."""

    appeal: Appeal
    attendee: str  # public id
    name: str
    enterprise: str
    training: str  # public id
    training_title: str
    lesson: str  # public id
    starts_at: datetime
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestable:
    """The record of one attendee and lesson, as whoever may object to it sees it."""

    attendee: str  # public id
    name: str
    lesson: str  # public id
    starts_at: datetime
    ends_at: datetime
    credit: Credit
    evidence: Mapping[str, Any] | None
    window: Window

    @property
    def key(self) -> str:
        """Name the record in a form."""
        return f"{self.attendee}.{self.lesson}"


def _cases() -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(
            Appeal,
            Attendee.public_id.label("attendee"),
            Attendee.name,
            Enterprise.name.label("enterprise"),
            Training.public_id.label("training"),
            Training.title,
            Lesson.public_id.label("lesson"),
            Lesson.starts_at,
            Staff.name.label("decided_by"),
        )
        .join(Attendee, Attendee.id == Appeal.attendee_id)
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .join(Training, Training.id == Appeal.training_id)
        .join(Lesson, Lesson.id == Appeal.lesson_id)
        .outerjoin(Staff, Staff.id == Appeal.decided_by_id)
    )
    return statement


def get_case(appeal_id: str, organisation_id: int) -> Case:
    """Give an objection (public id) of an organisation; NotFound."""
    return _one(_cases().where(Appeal.organisation_id == organisation_id), appeal_id)


def get_own(appeal_id: str, attendee_ids: Collection[int]) -> Case:
    """Give an objection (public id) about one of these attendees (keys); NotFound."""
    return _one(_cases().where(Appeal.attendee_id.in_(attendee_ids)), appeal_id)


def list_own(attendee_ids: Collection[int]) -> Sequence[Case]:
    """List the objections about these attendees (keys), the newest first."""
    rows = db.session.execute(
        _cases().where(Appeal.attendee_id.in_(attendee_ids)).order_by(Appeal.id.desc())
    )
    return [_case(row) for row in rows]


def list_cases(
    organisation_id: int, *, state: AppealState | None, training: str, number: int
) -> Page[Case]:
    """List an organisation's objections, the oldest open one first; narrowed by what is given."""
    statement = _cases().where(Appeal.organisation_id == organisation_id)
    if state is not None:
        statement = statement.where(Appeal.state == state)
    if training:
        statement = statement.where(Training.public_id == training)
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = db.session.execute(
        statement.order_by((Appeal.state != AppealState.OPEN), Appeal.created_at, Appeal.id)
        .offset((number - 1) * SIZE)
        .limit(SIZE)
    )
    items = [_case(row) for row in rows]
    return Page(items=items, total=total, number=number, size=SIZE)


def list_contestable(
    training: Training, attendee_ids: Collection[int], *, days: int
) -> Sequence[Contestable]:
    """List the records of these attendees (keys) of a training, by number and lesson."""
    rows = db.session.execute(
        select(
            Attendee.public_id.label("attendee"),
            Attendee.name,
            Lesson.public_id.label("lesson"),
            Lesson.starts_at,
            Lesson.ends_at,
            Attendance.credit,
            Attendance.evidence,
        )
        .join(Lesson, Lesson.training_id == Attendee.training_id)
        .outerjoin(
            Attendance,
            and_(Attendance.attendee_id == Attendee.id, Attendance.lesson_id == Lesson.id),
        )
        .where(
            Attendee.training_id == training.id,
            Attendee.id.in_(attendee_ids),
            Attendee.state == AttendeeState.CONFIRMED,
        )
        .order_by(Attendee.sequence, Lesson.starts_at, Lesson.id)
    )
    return [
        Contestable(
            attendee=row.attendee,
            name=row.name,
            lesson=row.lesson,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            credit=row.credit or Credit.ABSENT,
            evidence=row.evidence,
            window=Window(
                state=training.state,
                lesson_ends_at=row.ends_at,
                training_ends_at=training.ends_at,
                days=days,
            ),
        )
        for row in rows
    ]


def has_open(lesson_id: int, attendee_id: int) -> bool:
    """Tell whether an objection against this record waits for its answer."""
    found = db.session.scalar(
        select(Appeal.id).where(
            Appeal.lesson_id == lesson_id,
            Appeal.attendee_id == attendee_id,
            Appeal.state == AppealState.OPEN,
        )
    )
    return found is not None


def _one(statement: Select[*tuple[Any, ...]], appeal_id: str) -> Case:
    row = db.session.execute(statement.where(Appeal.public_id == appeal_id)).one_or_none()
    if row is None:
        raise NotFound
    return _case(row)


def _case(row: Row[*tuple[Any, ...]]) -> Case:
    return Case(
        appeal=row.Appeal,
        attendee=row.attendee,
        name=row.name,
        enterprise=row.enterprise,
        training=row.training,
        training_title=row.title,
        lesson=row.lesson,
        starts_at=row.starts_at,
        decided_by=row.decided_by or "",
    )
