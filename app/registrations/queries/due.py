"""What the scheduler should see to: people who wait beside free places, and who is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from app.kit.database import db
from app.registrations import rules
from app.registrations.models import Attendee, AttendeeState, Registration
from app.registrations.queries.loaders import waiting_list
from app.trainings.models import Channel, Training, TrainingState


def list_to_promote(now: datetime) -> list[str]:
    """List the public ids of trainings with free places that somebody who waits can have.

    One statement, and one more for each training with free places where anybody waits: a group
    that stays together may not fit into them.
    """
    rows = db.session.execute(
        select(
            Training.id,
            Training.public_id,
            (Training.capacity_onsite - Training.taken_onsite).label("onsite"),
            (Training.capacity_online - Training.taken_online).label("online"),
        )
        .where(
            Training.state == TrainingState.PUBLISHED,
            Training.starts_at > now,
            or_(
                _is_awaited(Channel.ONSITE, Training.taken_onsite, Training.capacity_onsite),
                _is_awaited(Channel.ONLINE, Training.taken_online, Training.capacity_online),
            ),
        )
        .order_by(Training.id)
    ).all()
    return [
        row.public_id
        for row in rows
        if rules.choose(
            waiting_list(row.id), {Channel.ONSITE: row.onsite, Channel.ONLINE: row.online}
        ).promoted
    ]


def _is_awaited(
    channel: Channel, taken: InstrumentedAttribute[int], capacity: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    return and_(
        taken < capacity,
        exists().where(
            Attendee.training_id == Training.id,
            Attendee.state == AttendeeState.WAITLISTED,
            Attendee.channel == channel,
        ),
    )


def list_to_tell(training_id: int) -> Sequence[Registration]:
    """List the registrations of a training (by key) with anybody who comes or waits, whole."""
    live = exists().where(
        Attendee.registration_id == Registration.id, Attendee.state.in_(list(rules.LIVE))
    )
    return db.session.scalars(
        select(Registration)
        .where(Registration.training_id == training_id, live)
        .options(selectinload(Registration.attendees).selectinload(Attendee.tickets))
        .order_by(Registration.id)
        .execution_options(populate_existing=True)
    ).all()
