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


def claim_with_numbers(training_id: str, *, onsite: int, online: int) -> Training | None:
    """Take places of both channels and their attendee numbers in one statement.

    Gives the training as it is afterwards (`seat_sequence` is the last of the numbers), or None
    when fewer are free in a channel or no training has this public id. Holds the row's lock.
    """
    return db.session.scalar(
        update(Training)
        .where(
            Training.public_id == training_id,
            Training.taken_onsite + onsite <= Training.capacity_onsite,
            Training.taken_online + online <= Training.capacity_online,
        )
        .values(
            taken_onsite=Training.taken_onsite + onsite,
            taken_online=Training.taken_online + online,
            seat_sequence=Training.seat_sequence + onsite + online,
        )
        .returning(Training)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def lock(training_id: str, *, numbers: int = 0) -> Training:
    """Hold the row's lock until the transaction ends; give the training as it is; NotFound.

    Takes `numbers` attendee numbers along: `seat_sequence` is the last of them.
    """
    training = db.session.scalar(
        update(Training)
        .where(Training.public_id == training_id)
        .values(seat_sequence=Training.seat_sequence + numbers)
        .returning(Training)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if training is None:
        raise NotFound
    return training


def _columns(channel: Channel) -> tuple[InstrumentedAttribute[int], InstrumentedAttribute[int]]:
    if channel is Channel.ONSITE:
        return Training.taken_onsite, Training.capacity_onsite
    return Training.taken_online, Training.capacity_online


def _changes_one(statement: Executable) -> bool:
    result = cast("CursorResult[Any]", db.session.execute(statement))
    return result.rowcount == 1
