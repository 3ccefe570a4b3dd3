"""Decides on registrations that wait for the organiser's approval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.audit import commands as audit
from app.audit.rules import Actor
from app.registrations import rules
from app.registrations.commands import leaving, promotion, roster
from app.registrations.errors import NotPending
from app.registrations.models import Attendee, AttendeeState, Registration
from app.registrations.notices import News, Occasion
from app.trainings.models import Training


def approve(registration_id: str, *, now: datetime, by: Actor) -> Registration:
    """Confirm everybody who holds a place; who waits will be confirmed on promotion.

    Raises NotPending when there is nothing to decide, ChangesClosed after the training's end.
    """
    training, registration = roster.open_registration(registration_id)
    rules.ensure_changeable(training, now, is_staff=True)
    pending = [one for one in registration.attendees if one.state is AttendeeState.PENDING]
    if not pending:
        raise NotPending
    registration.is_approved = True
    for attendee in pending:
        attendee.state = AttendeeState.CONFIRMED
        attendee.confirmed_at = now
    roster.settle(registration)
    roster.note_changes(training, pending, now=now)
    _tell(Occasion.APPROVED, training, registration, pending, now=now, by=by)
    return registration


def reject(registration_id: str, *, now: datetime, by: Actor, reason: str = "") -> Registration:
    """Refuse everybody of a registration, with their waiting places; others move up.

    Raises NotPending when nobody's place is waiting for a decision.
    """
    training, registration = roster.open_registration(registration_id)
    rules.ensure_changeable(training, now, is_staff=True)
    live = [one for one in registration.attendees if one.state in rules.LIVE]
    if registration.is_approved or not any(
        one.state is AttendeeState.PENDING or training.requires_approval for one in live
    ):
        raise NotPending
    leaving.leave(training, registration, live, AttendeeState.REJECTED, now=now)
    registration.cancelled_at = now
    _tell(Occasion.REJECTED, training, registration, live, now=now, by=by, reason=reason)
    promotion.promote(training.public_id, now=now, by=by)
    return registration


def _tell(
    occasion: Occasion,
    training: Training,
    registration: Registration,
    attendees: Sequence[Attendee],
    *,
    now: datetime,
    by: Actor,
    reason: str = "",
) -> None:
    audit.record(
        f"registration.{occasion}",
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
        occasion=occasion,
        training=training,
        registration=registration,
        attendees=attendees,
        tickets=roster.tickets_of(attendees),
        reason=reason,
        slot=f"-{attendees[0].public_id}",
    )
    roster.tell([news], now=now)
