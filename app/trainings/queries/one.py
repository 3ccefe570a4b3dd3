"""Loaders: the only way from an id to a training, a lesson or a material."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.kit.database import db
from app.kit.errors import NotFound
from app.trainings.models import Lesson, Material, Training, TrainingState, TrainingTrainer
from app.trainings.rules import PUBLIC_STATES

Row = TypeVar("Row")


def get(
    training_id: str,
    organisation_id: int,
    *,
    taught_by: int | None = None,
    lock: bool = False,
    fresh: bool = False,
) -> Training:
    """Give an organisation's training by public id, whole: lessons, trainers, materials, places.

    With `taught_by` (a staff key) only if that person teaches it; with `lock` its row is kept
    from others until the transaction ends; with `fresh` it is read again after a change. NotFound.
    """
    return _found(find(training_id, organisation_id, taught_by=taught_by, lock=lock, fresh=fresh))


def find(
    training_id: str,
    organisation_id: int,
    *,
    taught_by: int | None = None,
    lock: bool = False,
    fresh: bool = False,
) -> Training | None:
    """Give what `get` gives, or None."""
    query = (
        select(Training)
        .where(Training.public_id == training_id, Training.organisation_id == organisation_id)
        .options(*_whole())
    )
    if taught_by is not None:
        query = query.where(_taught_by(taught_by))
    if lock:
        query = query.with_for_update(of=Training)
    if lock or fresh:
        query = query.execution_options(populate_existing=True)
    return db.session.scalars(query).unique().one_or_none()


def get_public(training_id: str) -> Training:
    """Give an announced training by public id, whole, in two statements; NotFound for drafts."""
    query = (
        select(Training)
        .where(Training.public_id == training_id, Training.state.in_(PUBLIC_STATES))
        .options(
            joinedload(Training.organisation),
            joinedload(Training.venue),
            joinedload(Training.course),
            joinedload(Training.programme),
            joinedload(Training.lessons),
            joinedload(Training.trainers),
            selectinload(Training.materials),
        )
    )
    return _found(db.session.scalars(query).unique().one_or_none())


def get_lesson(lesson_id: str, organisation_id: int, *, taught_by: int | None = None) -> Lesson:
    """Give a lesson of an organisation with its training and venue; NotFound."""
    query = _lesson(lesson_id).where(Lesson.organisation_id == organisation_id)
    if taught_by is not None:
        query = query.where(_taught_by(taught_by))
    return _found(db.session.scalar(query))


def get_public_lesson(lesson_id: str) -> Lesson:
    """Give a lesson of an announced training, for who holds a credential for it; NotFound."""
    return _found(db.session.scalar(_lesson(lesson_id).where(Training.state.in_(PUBLIC_STATES))))


def get_material(training_key: int, material_id: str, organisation_id: int) -> Material:
    """Give a material of a training (by key) by public id; NotFound."""
    return _found(
        db.session.scalar(
            select(Material).where(
                Material.public_id == material_id,
                Material.training_id == training_key,
                Material.organisation_id == organisation_id,
            )
        )
    )


def get_public_material(training_id: str, material_id: str) -> Material:
    """Give a material of an announced training; NotFound."""
    return _found(
        db.session.scalar(
            select(Material)
            .join(Training, Training.id == Material.training_id)
            .where(
                Material.public_id == material_id,
                Training.public_id == training_id,
                Training.state.in_(PUBLIC_STATES),
            )
        )
    )


def is_taught_by(training_id: int, staff_id: int) -> bool:
    """Tell whether a member of staff teaches the training (both by key)."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    TrainingTrainer.training_id == training_id,
                    TrainingTrainer.staff_id == staff_id,
                )
            )
        )
    )


def list_to_hold(now: datetime) -> Sequence[tuple[str, int]]:
    """List (public id, organisation key) of published trainings whose last lesson has ended."""
    rows = db.session.execute(
        select(Training.public_id, Training.organisation_id)
        .where(Training.state == TrainingState.PUBLISHED, Training.ends_at <= now)
        .order_by(Training.id)
    )
    return [(row.public_id, row.organisation_id) for row in rows]


def _whole() -> tuple[ORMOption, ...]:
    return (
        joinedload(Training.organisation),
        joinedload(Training.venue),
        joinedload(Training.course),
        joinedload(Training.programme),
        selectinload(Training.lessons),
        selectinload(Training.trainers).joinedload(TrainingTrainer.staff),
        selectinload(Training.materials),
    )


def _lesson(lesson_id: str) -> Select[Lesson]:
    return (
        select(Lesson)
        .join(Lesson.training)
        .where(Lesson.public_id == lesson_id)
        .options(
            joinedload(Lesson.training).options(
                joinedload(Training.venue), joinedload(Training.organisation)
            )
        )
    )


def _taught_by(staff_id: int) -> ColumnElement[bool]:
    return exists().where(
        TrainingTrainer.training_id == Training.id, TrainingTrainer.staff_id == staff_id
    )


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row
