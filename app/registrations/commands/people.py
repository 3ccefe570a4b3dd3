"""Adds people to a registration, corrects them, and replaces one by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm.attributes import set_committed_value

from app.audit import commands as audit
from app.audit.rules import Actor
from app.enterprises import commands as enterprises
from app.enterprises.rules import ContactDetails, PersonDetails
from app.kit import sealing
from app.kit.database import db
from app.registrations import queries, rules
from app.registrations.commands import roster, sign_up
from app.registrations.errors import (
    AlreadyRegistered,
    NotLive,
    TooManyAttendees,
)
from app.registrations.models import Attendee, Registration
from app.registrations.notices import News, Occasion
from app.registrations.rules import NewAttendee
from app.trainings.commands import places
from app.trainings.models import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The person as it shall be; another phone means another person."""

    name: str
    phone: str
    email: str | None = None
    job_title: str = ""


def add_attendee(
    registration_id: str, newcomer: NewAttendee, *, now: datetime, by: Actor, is_staff: bool = False
) -> tuple[Registration, Attendee]:
    """Add one person; they wait when no place is free (TrainingFull if that was not wanted).

    Raises what `register` raises, and NotLive when the registration was cancelled or rejected.
    """
    training, registration = roster.open_registration(registration_id)
    rules.ensure_open(training, now, is_staff=is_staff)
    live = [one for one in registration.attendees if one.state in rules.LIVE]
    if not live:
        raise NotLive
    if len(live) >= rules.MAXIMUM_ATTENDEES:
        raise TooManyAttendees
    rules.ensure_offered([newcomer], training.mode)
    _ensure_new(training, registration, newcomer)
    training = places.lock(training.public_id, numbers=1)
    has_place = _take_place(training, newcomer, registration)
    (attendee,) = sign_up.put(training, registration, [newcomer], [has_place], now=now)
    set_committed_value(registration, "attendees", [*registration.attendees, attendee])
    roster.settle(registration)
    _added(training, registration, attendee, now=now, by=by)
    return registration, attendee


def _ensure_new(
    training: Training, registration: Registration, newcomer: NewAttendee, *, has_limit: bool = True
) -> None:
    try:
        sign_up.ensure_new(training, registration.enterprise_id, [newcomer], has_limit=has_limit)
    except AlreadyRegistered as refusal:
        raise AlreadyRegistered(faults=rules.alone(refusal.faults)) from None


def _take_place(training: Training, newcomer: NewAttendee, registration: Registration) -> bool:
    (has_place,) = sign_up.take_places(training, [newcomer], registration.if_full, all_fit=False)
    return has_place


def _added(
    training: Training, registration: Registration, attendee: Attendee, *, now: datetime, by: Actor
) -> None:
    tickets = roster.issue_tickets([attendee], now=now)
    roster.note_changes(training, [attendee], now=now)
    _record("attendee.added", training, registration, attendee, now=now, by=by)
    news = News(
        occasion=Occasion.ADDED,
        training=training,
        registration=registration,
        attendees=[attendee],
        tickets=tickets,
        positions=sign_up.waiting_positions(training, registration, [attendee]),
        slot=f"-{attendee.public_id}",
    )
    roster.tell([news], now=now)


def change_attendee(
    attendee_id: str, change: Change, *, now: datetime, by: Actor, is_staff: bool = False
) -> tuple[Registration, Attendee]:
    """Correct a person, or put another one (with another phone) into the same place.

    A correction keeps the ticket; a replacement revokes it and issues a new one. Raises NotLive,
    ChangesClosed, AlreadyRegistered when the other person is signed up already.
    """
    training, registration = roster.open_registration(queries.registration_of(attendee_id))
    rules.ensure_changeable(training, now, is_staff=is_staff)
    attendee = queries.attendee_in(registration, attendee_id)
    if attendee.state not in rules.LIVE:
        raise NotLive
    is_replaced = change.phone != attendee.phone
    if is_replaced:
        _replace(training, registration, attendee, change, now=now)
    attendee.name, attendee.email, attendee.job_title = change.name, change.email, change.job_title
    roster.note_changes(training, [attendee], now=now)
    action = "attendee.replaced" if is_replaced else "attendee.corrected"
    _record(action, training, registration, attendee, now=now, by=by)
    if is_replaced:
        _tell_replaced(training, registration, attendee, now=now)
    return registration, attendee


def _replace(
    training: Training,
    registration: Registration,
    attendee: Attendee,
    change: Change,
    *,
    now: datetime,
) -> None:
    newcomer = NewAttendee(name=change.name, phone=change.phone, channel=attendee.channel)
    _ensure_new(training, registration, newcomer, has_limit=False)
    lookup = sealing.lookup(change.phone, "phone")
    person = PersonDetails(name=change.name, phone=change.phone, job_title=change.job_title)
    people = enterprises.register_people(attendee.enterprise_id, [person], now=now)
    attendee.person_id = people[lookup]
    attendee.phone, attendee.phone_lookup = change.phone, lookup
    for ticket in attendee.tickets:
        ticket.revoked_at = ticket.revoked_at or now
    db.session.flush()  # the old ticket must be revoked before a new one stands
    roster.issue_tickets([attendee], now=now)


def _tell_replaced(
    training: Training, registration: Registration, attendee: Attendee, *, now: datetime
) -> None:
    tickets = roster.tickets_of([attendee])
    news = News(
        occasion=Occasion.REPLACED,
        training=training,
        registration=registration,
        attendees=[attendee],
        tickets=tickets,
        positions=sign_up.waiting_positions(training, registration, [attendee]),
        slot=f"-{tickets[attendee.id].token_id}",
    )
    roster.tell([news], now=now)


def change_contact(
    registration_id: str,
    contact: ContactDetails,
    *,
    now: datetime,
    by: Actor,
    is_staff: bool = False,
) -> Registration:
    """Name another contact of a registration: letters go there from now on."""
    training, registration = roster.open_registration(registration_id)
    rules.ensure_changeable(training, now, is_staff=is_staff)
    registration.contact_id = enterprises.register_contact(
        registration.enterprise_id, contact, now=now
    )
    registration.contact_name = contact.name
    registration.contact_phone = contact.phone
    registration.contact_email = contact.email
    audit.record(
        "registration.contact_changed",
        by=by,
        now=now,
        subject_kind="registration",
        subject_id=registration.public_id,
        organisation_id=registration.organisation_id,
        training=training.public_id,
    )
    return registration


def _record(
    action: str,
    training: Training,
    registration: Registration,
    attendee: Attendee,
    *,
    now: datetime,
    by: Actor,
) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="attendee",
        subject_id=attendee.public_id,
        organisation_id=registration.organisation_id,
        training=training.public_id,
        registration=registration.public_id,
    )
