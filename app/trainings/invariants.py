"""What must hold among trainings in a live database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.kit import uploads
from app.kit.database import db
from app.kit.invariants import Check, Violation
from app.kit.settings import settings
from app.trainings.models import (
    Course,
    Lesson,
    Material,
    Programme,
    Training,
    TrainingState,
    Venue,
)

UPLOAD_SECONDS = 3600  # a file lies there before its row is committed


def places(_now: datetime) -> Iterator[Violation]:
    """Find trainings with more taken places than there are, or fewer than none."""
    beyond = or_(
        Training.taken_onsite > Training.capacity_onsite,
        Training.taken_online > Training.capacity_online,
        Training.taken_onsite < 0,
        Training.taken_online < 0,
        Training.taken_onsite + Training.taken_online > Training.seat_sequence,
    )
    yield from _trainings("training.places", beyond, "taken places do not fit the capacity")


def times(_now: datetime) -> Iterator[Violation]:
    """Find trainings that do not span their lessons, or whose sign-up ends before it begins."""
    of_lessons = (
        select(
            Lesson.training_id,
            func.min(Lesson.starts_at).label("first"),
            func.max(Lesson.ends_at).label("last"),
        )
        .group_by(Lesson.training_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Training.public_id)
        .outerjoin(of_lessons, of_lessons.c.training_id == Training.id)
        .where(
            or_(
                of_lessons.c.training_id.is_(None),
                of_lessons.c.first != Training.starts_at,
                of_lessons.c.last != Training.ends_at,
                Training.signup_closes_at <= Training.signup_opens_at,
            )
        )
    )
    for (training_id,) in rows:
        yield Violation(
            rule="training.times",
            row=f"training {training_id}",
            detail="span and lessons differ, or the sign-up window is turned round",
        )


def owners(_now: datetime) -> Iterator[Violation]:
    """Find what refers to another organisation than its training's."""
    for model, key in (
        (Programme, Training.programme_id),
        (Course, Training.course_id),
        (Venue, Training.venue_id),
    ):
        rows = db.session.execute(
            select(Training.public_id)
            .join(model, model.id == key)
            .where(model.organisation_id != Training.organisation_id)
        )
        for (training_id,) in rows:
            yield Violation(
                rule="training.owners",
                row=f"training {training_id}",
                detail=f"its {model.__tablename__} belongs to another organisation",
            )
    for part in (Lesson, Material):
        rows = db.session.execute(
            select(part.public_id)
            .join(Training, Training.id == part.training_id)
            .where(part.organisation_id != Training.organisation_id)
        )
        for (part_id,) in rows:
            yield Violation(
                rule="training.owners",
                row=f"{part.__tablename__} {part_id}",
                detail="belongs to another organisation than its training",
            )


def states(_now: datetime) -> Iterator[Violation]:
    """Find states without the date that belongs to them."""
    wrong = or_(
        and_(Training.state == TrainingState.CANCELLED, Training.cancelled_at.is_(None)),
        and_(Training.state == TrainingState.CLOSED, Training.closed_at.is_(None)),
        and_(Training.state == TrainingState.PUBLISHED, Training.published_at.is_(None)),
    )
    yield from _trainings("training.states", wrong, "the state does not fit the dates")


def files(now: datetime) -> Iterator[Violation]:
    """Find materials without their file, and files of nobody that have lain there for an hour."""
    root = settings().media_dir
    present = set(uploads.names(root))
    found = db.session.execute(select(Material.stored_name, Material.public_id))
    rows = {row.stored_name: row.public_id for row in found}
    for name in sorted(rows.keys() - present):
        yield Violation(
            rule="training.files", row=f"material {rows[name]}", detail=f"{name} is not there"
        )
    for name in sorted(present - rows.keys()):
        age = now.timestamp() - (root / name).stat().st_mtime
        if age > UPLOAD_SECONDS:
            yield Violation(rule="training.files", row=f"file {name}", detail="no row knows it")


def _trainings(rule: str, condition: ColumnElement[bool], detail: str) -> Iterator[Violation]:
    for training_id in db.session.scalars(select(Training.public_id).where(condition)):
        yield Violation(rule=rule, row=f"training {training_id}", detail=detail)


CHECKS: tuple[Check, ...] = (places, times, owners, states, files)
