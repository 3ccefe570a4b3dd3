"""Gives places up: cancelled people free their places, and whoever waits moves up at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.registrations import queries, rules
from app.registrations.commands import promotion, roster
from app.registrations.errors import NotLive
from app.registrations.models import Attendee, AttendeeState, Registration
from app.registrations.notices import News, Occasion
from app.trainings.commands import places
from app.trainings.models import Channel, Training


def cancel_registration(
    registration_id: str, *, now: datetime, by: Actor, is_staff: bool = False, reason: str = ""
) -> Registration:
    """Cancel everybody of a registration; NotLive when nobody was left, ChangesClosed."""
    training, registration = roster.open_registration(registration_id)
    rules.ensure_changeable(training, now, is_staff=is_staff)
    live = [one for one in registration.attendees if one.state in rules.LIVE]
    if not live:
        raise NotLive
    _cancel(training, registration, live, now=now, by=by, reason=reason)
    return registration


def cancel_attendee(
    attendee_id: str, *, now: datetime, by: Actor, is_staff: bool = False, reason: str = ""
) -> Registration:
    """Cancel one person; AttendeeNotFound, NotLive, ChangesClosed."""
    training, registration = roster.open_registration(queries.registration_of(attendee_id))
    rules.ensure_changeable(training, now, is_staff=is_staff)
    attendee = queries.attendee_in(registration, attendee_id)
    if attendee.state not in rules.LIVE:
        raise NotLive
    _cancel(training, registration, [attendee], now=now, by=by, reason=reason)
    return registration


def _cancel(
    training: Training,
    registration: Registration,
    attendees: Sequence[Attendee],
    *,
    now: datetime,
    by: Actor,
    reason: str,
) -> None:
    freed = leave(training, registration, attendees, AttendeeState.CANCELLED, now=now)
    if all(one.state not in rules.LIVE for one in registration.attendees):
        registration.cancelled_at = now
    audit.record(
        "registration.cancelled" if registration.cancelled_at else "attendee.cancelled",
        by=by,
        now=now,
        subject_kind="registration",
        subject_id=registration.public_id,
        organisation_id=registration.organisation_id,
        training=training.public_id,
        attendees=[attendee.public_id for attendee in attendees],
        reason=reason or None,
    )
    news = News(
        occasion=Occasion.CANCELLED,
        training=training,
        registration=registration,
        attendees=attendees,
        tickets=roster.tickets_of(attendees),
        reason=reason,
        slot=f"-{attendees[0].public_id}",
    )
    roster.tell([news], now=now)
    if freed:
        promotion.promote(training.public_id, now=now, by=by)


def leave(
    training: Training,
    registration: Registration,
    attendees: Sequence[Attendee],
    state: AttendeeState,
    *,
    now: datetime,
) -> bool:
    """Take attendees off the list into `state`; tells whether any place became free."""
    holding = [one.channel for one in attendees if one.state in rules.HOLDING]
    for channel in Channel:
        if count := holding.count(channel):
            places.release_places(training.id, channel, count)
    db.session.expire(training, ["taken_onsite", "taken_online"])
    for attendee in attendees:
        attendee.state = state
        attendee.cancelled_at = now
    roster.settle(registration)
    roster.note_changes(training, attendees, now=now)
    return bool(holding)
