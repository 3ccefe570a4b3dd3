"""Trainings that were moved or called off and whose people have not been told yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.kit.database import db
from app.trainings.models import Training, TrainingState
from app.trainings.rules import SETTLE


def is_untold(now: datetime) -> ColumnElement[bool]:
    """Say in columns that letters are due: a move when it has settled, a cancellation at once."""
    is_moved = and_(
        Training.state == TrainingState.PUBLISHED,
        Training.told_sequence < Training.calendar_sequence,
        Training.moved_at <= now - SETTLE,
        Training.ends_at > now,
    )
    is_cancelled = and_(
        Training.state == TrainingState.CANCELLED,
        Training.cancelled_at <= now,
        Training.cancellation_told_at.is_(None),
    )
    return or_(is_moved, is_cancelled)


def list_untold(now: datetime) -> Sequence[str]:
    """List the public ids of all organisations' trainings whose letters are due."""
    return db.session.scalars(
        select(Training.public_id).where(is_untold(now)).order_by(Training.id)
    ).all()


def find_untold(training_id: str, now: datetime) -> Training | None:
    """Give a training whose letters are due, with all that they say, or None; read afresh."""
    return db.session.scalar(
        select(Training)
        .where(Training.public_id == training_id, is_untold(now))
        .options(
            joinedload(Training.organisation),
            joinedload(Training.venue),
            selectinload(Training.lessons),
        )
        .execution_options(populate_existing=True)
    )
