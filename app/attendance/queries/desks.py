"""Finds desks, and the lessons that somebody may scan for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, select
from sqlalchemy.orm import joinedload

from app.attendance.models import Desk, DeskInvitation
from app.kit.database import db
from app.kit.errors import NotFound
from app.trainings.models import Lesson, Training, TrainingTrainer


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Where a credential may scan, and as whom."""

    lesson_id: int
    lesson: str  # public id
    organisation_id: int
    desk_id: int | None
    desk: str  # public id, empty for programs of staff
    staff_id: int | None
    label: str
    may_search: bool = False  # by name, without network
    expires_at: datetime | None = None  # never, for programs of staff


_DESK, _LESSON = Desk.__table__, Lesson.__table__
_DESK_BY_CREDENTIAL = (
    select(
        _DESK.c.id,
        _DESK.c.lesson_id,
        _DESK.c.organisation_id,
        _DESK.c.staff_id,
        _DESK.c.label,
        _DESK.c.may_search,
        _DESK.c.expires_at,
        _DESK.c.public_id.label("desk"),
        _LESSON.c.public_id.label("lesson"),
    )
    .select_from(_DESK.join(_LESSON, _LESSON.c.id == _DESK.c.lesson_id))
    .where(_DESK.c.credential_id == bindparam("credential"))
)
_OPEN_DESK = _DESK_BY_CREDENTIAL.where(
    _DESK.c.revoked_at.is_(None), _DESK.c.expires_at > bindparam("now")
)


def find_post(credential: str, lesson: str, *, now: datetime) -> Post | None:
    """Give the open desk that bears a credential; NotFound when it is of another lesson."""
    row = db.session.execute(_OPEN_DESK, {"credential": credential, "now": now}).one_or_none()
    return _post(row, lesson)


def find_former_post(credential: str, lesson: str) -> Post | None:
    """Give the desk that bears a credential, closed or not; NotFound when of another lesson."""
    row = db.session.execute(_DESK_BY_CREDENTIAL, {"credential": credential}).one_or_none()
    return _post(row, lesson)


def _post(row: Row[*tuple[Any, ...]] | None, lesson: str) -> Post | None:
    if row is None:
        return None
    if row.lesson != lesson:
        raise NotFound
    return Post(
        lesson_id=row.lesson_id,
        lesson=row.lesson,
        organisation_id=row.organisation_id,
        desk_id=row.id,
        desk=row.desk,
        staff_id=row.staff_id,
        label=row.label,
        may_search=row.may_search,
        expires_at=row.expires_at,
    )


def get_desk_of(desk: str, *, lesson_id: int) -> Desk:
    """Give a desk (public id) of a lesson, closed or not; NotFound."""
    found = db.session.scalar(
        select(Desk).where(Desk.public_id == desk, Desk.lesson_id == lesson_id)
    )
    if found is None:
        raise NotFound
    return found


def list_desks(lesson_id: int) -> Sequence[Desk]:
    """List the desks of a lesson in the order in which they were opened."""
    return db.session.scalars(
        select(Desk).where(Desk.lesson_id == lesson_id).order_by(Desk.id)
    ).all()


def lesson_of(desk: Desk) -> str:
    """Give the public id of the lesson that a desk scans for."""
    return db.session.scalars(select(Lesson.public_id).where(Lesson.id == desk.lesson_id)).one()


def list_invitations(
    lesson_id: int, *, staff_id: int, now: datetime, past: timedelta
) -> Sequence[DeskInvitation]:
    """List what a member of staff invited to a lesson and what is good, or was lately."""
    return db.session.scalars(
        select(DeskInvitation)
        .where(
            DeskInvitation.lesson_id == lesson_id,
            DeskInvitation.staff_id == staff_id,
            DeskInvitation.expires_at > now - past,
        )
        .order_by(DeskInvitation.id.desc())
    ).all()


def may_see(*, organisation_id: int, trainer_id: int | None) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions on Training: of the organisation and, for trainers, taught by them."""
    own = Training.organisation_id == organisation_id
    if trainer_id is None:
        return (own,)
    teaches = exists().where(
        TrainingTrainer.training_id == Training.id, TrainingTrainer.staff_id == trainer_id
    )
    return own, teaches


def get_lesson(lesson: str, *, organisation_id: int, trainer_id: int | None = None) -> Lesson:
    """Give a lesson by its public id, within what may be seen; NotFound."""
    found = db.session.scalar(
        select(Lesson)
        .join(Training, Training.id == Lesson.training_id)
        .where(
            Lesson.public_id == lesson,
            *may_see(organisation_id=organisation_id, trainer_id=trainer_id),
        )
    )
    if found is None:
        raise NotFound
    return found


def get_training(training: str, *, organisation_id: int, trainer_id: int | None = None) -> Training:
    """Give a training by its public id with all that pages say of it; NotFound."""
    found = (
        db.session.scalars(
            _whole().where(
                Training.public_id == training,
                *may_see(organisation_id=organisation_id, trainer_id=trainer_id),
            )
        )
        .unique()
        .one_or_none()
    )
    if found is None:
        raise NotFound
    return found


def get_training_of(lesson: Lesson) -> Training:
    """Give the training of a lesson with lessons, venue, organisation and trainers."""
    return db.session.scalars(_whole().where(Training.id == lesson.training_id)).unique().one()


def _whole() -> Select[Training]:
    return select(Training).options(
        joinedload(Training.lessons),
        joinedload(Training.venue),
        joinedload(Training.organisation),
        joinedload(Training.trainers),
    )
