"""Notes that people have been told of a move or a cancellation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from app.kit.database import db
from app.trainings import queries
from app.trainings.models import Training


def mark_told(training_id: str, sequence: int, *, is_cancelled: bool, now: datetime) -> bool:
    """Take it on to tell people of the state `sequence`; False when that is no longer due.

    A conditional UPDATE decides and holds the row's lock, so of two only one tells: store the
    letters in the same transaction.
    """
    marking = (
        update(Training)
        .where(
            Training.public_id == training_id,
            Training.calendar_sequence == sequence,
            queries.is_untold(now),
        )
        .values(told_sequence=sequence, known_meeting=None)
        .returning(Training.id)
        .execution_options(synchronize_session=False)
    )
    if is_cancelled:
        marking = marking.values(cancellation_told_at=now)
    return db.session.scalar(marking) is not None
