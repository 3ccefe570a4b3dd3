"""Signs an enterprise's people up: places for those who fit, the waiting list for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from app.audit import commands as audit
from app.audit.rules import Actor
from app.enterprises import commands as enterprises
from app.enterprises.rules import PersonDetails
from app.kit import sealing
from app.kit.database import db, violates
from app.kit.errors import NotFound
from app.kit.ids import new_id
from app.registrations import queries, rules
from app.registrations.commands import roster
from app.registrations.errors import AlreadyRegistered, EnterpriseLimit, TrainingNotOffered
from app.registrations.models import (
    Attendee,
    AttendeeState,
    IfFull,
    Registration,
    Ticket,
)
from app.registrations.notices import News, Occasion
from app.registrations.rules import NewAttendee, SignUp
from app.trainings.commands import places
from app.trainings.models import Channel, Training

LIVE_INDEX = "ix_attendee_training_id_phone_lookup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What a sign-up made; tickets and waiting positions are by attendee key."""

    training: Training
    registration: Registration
    attendees: Sequence[Attendee]
    tickets: Mapping[int, Ticket]
    positions: Mapping[int, int] = field(default_factory=dict)


def register(
    training_id: str, details: SignUp, *, now: datetime, by: Actor, is_staff: bool = False
) -> Booking:
    """Register people of an enterprise for the training with this public id.

    Everything happens under the lock of the training's row, which one conditional UPDATE takes
    together with the places when all fit. Staff may register outside the sign-up window. Raises
    TrainingNotOffered, SignupNotOpen, SignupClosed, ChannelNotOffered, SamePhoneTwice,
    TooManyAttendees, AlreadyRegistered, EnterpriseLimit, TrainingFull.
    """
    rules.ensure_distinct(details.attendees)
    training, all_fit = hold(training_id, details.attendees)
    rules.ensure_open(training, now, is_staff=is_staff)
    return book(training, details, all_fit=all_fit, now=now, by=by)


def book(
    training: Training, details: SignUp, *, all_fit: bool, now: datetime, by: Actor
) -> Booking:
    """Sign people up for a training that `hold` has locked."""
    rules.ensure_offered(details.attendees, training.mode)
    enterprise_id = enterprises.register_enterprise(details.enterprise, now=now)
    ensure_new(training, enterprise_id, details.attendees)
    seated = take_places(training, details.attendees, details.if_full, all_fit=all_fit)
    registration = _registration(training, enterprise_id, details, now)
    registration.state = rules.state_of(states_of(training, registration, seated))
    attendees = put(training, registration, details.attendees, seated, now=now)
    return _finish(training, registration, attendees, now=now, by=by)


def hold(training_id: str, attendees: Sequence[NewAttendee]) -> tuple[Training, bool]:
    """Lock the training and take numbers for all, and their places too if all of them fit."""
    channels = [attendee.channel for attendee in attendees]
    training = places.claim_with_numbers(
        training_id,
        onsite=channels.count(Channel.ONSITE),
        online=channels.count(Channel.ONLINE),
    )
    if training is not None:
        return training, True
    try:
        return places.lock(training_id, numbers=len(attendees)), False
    except NotFound:
        raise TrainingNotOffered from None


def ensure_new(
    training: Training,
    enterprise_id: int,
    attendees: Sequence[NewAttendee],
    *,
    has_limit: bool = True,
) -> None:
    """Refuse people who are signed up already, and more than one enterprise may send."""
    phones = {sealing.lookup(attendee.phone, "phone"): attendee.phone for attendee in attendees}
    limit = training.per_enterprise_limit if has_limit else None
    known = queries.known_in(training.id, phones, enterprise_id, has_limit=limit is not None)
    known_phones = {phones[lookup] for lookup in known.lookups}
    if faults := rules.faults_of_known(attendees, known_phones):
        raise AlreadyRegistered(faults=faults)
    if limit is not None and known.of_enterprise + len(attendees) > limit:
        raise EnterpriseLimit


def take_places(
    training: Training, attendees: Sequence[NewAttendee], if_full: IfFull, *, all_fit: bool
) -> tuple[bool, ...]:
    """Take the places that are free under the lock; tells who of the attendees got one."""
    if all_fit:
        return (True,) * len(attendees)
    free = {
        Channel.ONSITE: training.capacity_onsite - training.taken_onsite,
        Channel.ONLINE: training.capacity_online - training.taken_online,
    }
    channels = [attendee.channel for attendee in attendees]
    seated = rules.allocate(channels, free, if_full)
    for channel in Channel:
        count = sum(has for has, own in zip(seated, channels, strict=True) if own is channel)
        if count:
            places.claim_places(training.id, channel, count)
    db.session.expire(training, ["taken_onsite", "taken_online"])
    return seated


def _registration(
    training: Training, enterprise_id: int, details: SignUp, now: datetime
) -> Registration:
    contact_id = enterprises.register_contact(enterprise_id, details.contact, now=now)
    registration = Registration(
        public_id=new_id(),
        organisation_id=training.organisation_id,
        training_id=training.id,
        enterprise_id=enterprise_id,
        contact_id=contact_id,
        contact_name=details.contact.name,
        contact_phone=details.contact.phone,
        contact_email=details.contact.email,
        if_full=details.if_full,
        language=details.language,
        manage_token_id=new_id(),
        enterprise_name=details.enterprise.name,
        city=details.enterprise.city,
        industry=details.enterprise.industry,
        employees=details.enterprise.employees,
        revenue_10k_yuan=details.enterprise.revenue_10k_yuan,
        policy_version=details.consent.policy_version,
        consent_purposes=list(details.consent.purposes),
        consented_at=now,
        is_approved=False,
        created_at=now,
    )
    db.session.add(registration)
    return registration


def states_of(
    training: Training, registration: Registration, seated: Sequence[bool]
) -> list[AttendeeState]:
    """Give the state in which each of the people begins."""
    place = rules.seated_state(
        requires_approval=training.requires_approval, is_approved=registration.is_approved
    )
    return [place if has_place else AttendeeState.WAITLISTED for has_place in seated]


def put(
    training: Training,
    registration: Registration,
    people: Sequence[NewAttendee],
    seated: Sequence[bool],
    *,
    now: datetime,
) -> list[Attendee]:
    """Store people as attendees of a registration; their numbers are the last ones taken."""
    roster_ids = enterprises.register_people(
        registration.enterprise_id,
        [PersonDetails(name=one.name, phone=one.phone, job_title=one.job_title) for one in people],
        now=now,
    )
    first = training.seat_sequence - len(people) + 1
    db.session.flush()  # the registration needs its key
    attendees = [
        _attendee(
            registration,
            one,
            person_ids=roster_ids,
            state=state,
            sequence=number,
            now=now,
        )
        for number, one, state in zip(
            range(first, first + len(people)),
            people,
            states_of(training, registration, seated),
            strict=True,
        )
    ]
    db.session.add_all(attendees)
    try:
        db.session.flush()
    except IntegrityError as error:
        if violates(error, LIVE_INDEX):
            raise AlreadyRegistered from error
        raise
    return attendees


def _attendee(
    registration: Registration,
    one: NewAttendee,
    *,
    person_ids: Mapping[str, int],
    state: AttendeeState,
    sequence: int,
    now: datetime,
) -> Attendee:
    lookup = sealing.lookup(one.phone, "phone")
    return Attendee(
        public_id=new_id(),
        organisation_id=registration.organisation_id,
        training_id=registration.training_id,
        registration_id=registration.id,
        enterprise_id=registration.enterprise_id,
        person_id=person_ids[lookup],
        name=one.name,
        phone=one.phone,
        phone_lookup=lookup,
        email=one.email,
        job_title=one.job_title,
        channel=one.channel,
        state=state,
        sequence=sequence,
        created_at=now,
        confirmed_at=now if state is AttendeeState.CONFIRMED else None,
    )


def _finish(
    training: Training,
    registration: Registration,
    attendees: list[Attendee],
    *,
    now: datetime,
    by: Actor,
) -> Booking:
    """Issue tickets, enter the change feed and the audit, write the letters."""
    tickets = roster.issue_tickets(attendees, now=now)
    roster.note_changes(training, attendees, now=now)
    positions = waiting_positions(training, registration, attendees)
    audit.record(
        "registration.created",
        by=by,
        now=now,
        subject_kind="registration",
        subject_id=registration.public_id,
        organisation_id=registration.organisation_id,
        training=training.public_id,
        state=registration.state.value,
        attendees=len(attendees),
        waiting=len(positions),
    )
    news = News(
        occasion=Occasion.SIGNED_UP,
        training=training,
        registration=registration,
        attendees=attendees,
        tickets=tickets,
        positions=positions,
    )
    roster.tell([news], now=now)
    return Booking(
        training=training,
        registration=registration,
        attendees=attendees,
        tickets=tickets,
        positions=positions,
    )


def waiting_positions(
    training: Training, registration: Registration, attendees: Sequence[Attendee]
) -> Mapping[int, int]:
    """Give the waiting positions of a registration's people, asking only when somebody waits."""
    if all(attendee.state is not AttendeeState.WAITLISTED for attendee in attendees):
        return {}
    return queries.positions(training.id, registration_id=registration.id)
