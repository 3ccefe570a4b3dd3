"""Takes and returns places under the one lock of a training: its row.

The statements go past the identity map: a Training loaded before shows the old figures until it
is refreshed.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, Executable, update
from sqlalchemy.orm import InstrumentedAttribute

from app.kit.database import db
from app.kit.errors import NotFound
from app.trainings.models import Channel, Training, TrainingState

_PAST_THE_MAP = {"synchronize_session": False}


def claim_places(training_id: int, channel: Channel, count: int) -> bool:
    """Take `count` places of a channel if that many are free and the training is published.

    Tells whether they were taken: all or none. Holds the row's lock until the transaction ends.
    """
    taken, capacity = _columns(channel)
    return _changes_one(
        update(Training)
        .where(
            Training.id == training_id,
            Training.state == TrainingState.PUBLISHED,
            taken + count <= capacity,
        )
        .values({taken: taken + count})
        .execution_options(**_PAST_THE_MAP)
    )


def release_places(training_id: int, channel: Channel, count: int) -> None:
    """Give back `count` places that were taken before; NotFound when so many never were."""
    taken, _capacity = _columns(channel)
    is_done = _changes_one(
        update(Training)
        .where(Training.id == training_id, taken >= count)
        .values({taken: taken - count})
        .execution_options(**_PAST_THE_MAP)
    )
    if not is_done:
        raise NotFound


def next_numbers(training_id: int, count: int) -> range:
    """Give the next `count` attendee numbers of a training, without a gap; NotFound."""
    last = db.session.scalar(
        update(Training)
        .where(Training.id == training_id)
        .values(seat_sequence=Training.seat_sequence + count)
        .returning(Training.seat_sequence)
        .execution_options(**_PAST_THE_MAP)
    )
    if last is None:
        raise NotFound
    return range(last - count + 1, last + 1)


def _columns(channel: Channel) -> tuple[InstrumentedAttribute[int], InstrumentedAttribute[int]]:
    if channel is Channel.ONSITE:
        return Training.taken_onsite, Training.capacity_onsite
    return Training.taken_online, Training.capacity_online


def _changes_one(statement: Executable) -> bool:
    result = cast("CursorResult[Any]", db.session.execute(statement))
    return result.rowcount == 1
