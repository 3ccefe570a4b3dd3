"""Reads registrations, attendees and tickets, scoped and ordered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql import ColumnElement

from app.kit.database import db
from app.registrations.errors import (
    AttendeeNotFound,
    GroupNotFound,
    RegistrationNotFound,
    TicketNotFound,
    TrainingNotOffered,
)
from app.registrations.models import (
    Attendee,
    AttendeeState,
    Registration,
    RegistrationState,
    Ticket,
)
from app.registrations.rules import Waiting
from app.trainings.models import Mode, Training, TrainingState

LIVE = (AttendeeState.PENDING, AttendeeState.CONFIRMED, AttendeeState.WAITLISTED)


def _whole() -> Select[Registration]:
    """Select registrations with everything a page or a letter says about them."""
    training = joinedload(Registration.training)
    return select(Registration).options(
        training.joinedload(Training.organisation),
        training.joinedload(Training.venue),
        training.selectinload(Training.lessons),
        joinedload(Registration.enterprise),
        selectinload(Registration.attendees).selectinload(Attendee.tickets),
    )


def get_registration(
    registration_id: str, *, organisation_id: int | None = None, manage_token_id: str | None = None
) -> Registration:
    """Give a registration with its training, attendees and tickets; RegistrationNotFound.

    At least one scope must be named: the organisation that asks, or the manage token shown.
    """
    statement = _whole().where(Registration.public_id == registration_id)
    return _one(statement, organisation_id=organisation_id, manage_token_id=manage_token_id)


def get_managed(manage_token_id: str) -> Registration:
    """Give the registration that a manage token opens; RegistrationNotFound."""
    return _one(_whole(), organisation_id=None, manage_token_id=manage_token_id)


def _one(
    statement: Select[Registration],
    *,
    organisation_id: int | None,
    manage_token_id: str | None,
) -> Registration:
    if organisation_id is None and manage_token_id is None:
        raise RegistrationNotFound
    if organisation_id is not None:
        statement = statement.where(Registration.organisation_id == organisation_id)
    if manage_token_id is not None:
        statement = statement.where(Registration.manage_token_id == manage_token_id)
    registration = db.session.scalar(statement)
    if registration is None:
        raise RegistrationNotFound
    return registration


def get_mode(training_id: str) -> Mode:
    """Give how an announced training is held, by public id; TrainingNotOffered."""
    mode = db.session.scalar(
        select(Training.mode).where(
            Training.public_id == training_id, Training.state != TrainingState.DRAFT
        )
    )
    if mode is None:
        raise TrainingNotOffered
    return mode


def registration_of(attendee_id: str) -> str:
    """Give the public id of the registration an attendee is in; AttendeeNotFound.

    Unscoped: what follows must ask for that registration within a scope.
    """
    found = db.session.scalar(
        select(Registration.public_id)
        .join(Attendee, Attendee.registration_id == Registration.id)
        .where(Attendee.public_id == attendee_id)
    )
    if found is None:
        raise AttendeeNotFound
    return found


def training_of(registration: Registration) -> str:
    """Give the public id of the training of a registration (held in memory after a command)."""
    return db.session.get_one(Training, registration.training_id).public_id


def attendee_in(registration: Registration, attendee_id: str) -> Attendee:
    """Give one of the attendees of a loaded registration; AttendeeNotFound."""
    for attendee in registration.attendees:
        if attendee.public_id == attendee_id:
            return attendee
    raise AttendeeNotFound


def get_ticket(token_id: str) -> Ticket:
    """Give an unrevoked ticket with its attendee, registration and training; TicketNotFound."""
    attendee = joinedload(Ticket.attendee)
    registration = attendee.joinedload(Attendee.registration)
    training = registration.joinedload(Registration.training)
    ticket = db.session.scalar(
        select(Ticket)
        .where(Ticket.token_id == token_id, Ticket.revoked_at.is_(None))
        .options(
            attendee.joinedload(Attendee.enterprise),
            training.joinedload(Training.organisation),
            training.joinedload(Training.venue),
            training.selectinload(Training.lessons),
        )
    )
    if ticket is None:
        raise TicketNotFound
    return ticket


def get_group(registration_id: str) -> Registration:
    """Give a registration that still counts, without its people; GroupNotFound.

    Unscoped: whoever has the group's code may see what its card says.
    """
    training = joinedload(Registration.training)
    registration = db.session.scalar(
        select(Registration)
        .where(
            Registration.public_id == registration_id,
            Registration.state.not_in((RegistrationState.CANCELLED, RegistrationState.REJECTED)),
        )
        .options(
            training.joinedload(Training.organisation),
            training.joinedload(Training.venue),
            training.selectinload(Training.lessons),
        )
    )
    if registration is None:
        raise GroupNotFound
    return registration


def live_ticket(attendee: Attendee) -> Ticket | None:
    """Give the unrevoked ticket of an attendee whose tickets are loaded."""
    return next((ticket for ticket in attendee.tickets if ticket.revoked_at is None), None)


def positions(training_id: int, *, registration_id: int | None = None) -> dict[int, int]:
    """Give attendee key → place on the waiting list of its channel, counted from 1.

    For one registration of the training, or for all of them.
    """
    ranked = (
        select(
            Attendee.id,
            Attendee.registration_id,
            func.row_number()
            .over(
                partition_by=Attendee.channel,
                order_by=(Attendee.priority, Attendee.sequence),
            )
            .label("position"),
        )
        .where(Attendee.training_id == training_id, Attendee.state == AttendeeState.WAITLISTED)
        .subquery()
    )
    statement = select(ranked.c.id, ranked.c.position)
    if registration_id is not None:
        statement = statement.where(ranked.c.registration_id == registration_id)
    return {row.id: row.position for row in db.session.execute(statement)}


def waiting_list(training_id: int) -> list[Waiting]:
    """List who waits for a training, the next one first, as values."""
    rows = db.session.execute(
        select(
            Attendee.id,
            Attendee.registration_id,
            Attendee.channel,
            Registration.if_full,
            Registration.is_approved,
        )
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(Attendee.training_id == training_id, Attendee.state == AttendeeState.WAITLISTED)
        .order_by(Attendee.priority, Attendee.sequence)
    )
    return [
        Waiting(
            attendee_id=row.id,
            registration_id=row.registration_id,
            channel=row.channel,
            if_full=row.if_full,
            is_approved=row.is_approved,
        )
        for row in rows
    ]


def find_live(training_id: int, phone_lookup: str) -> str | None:
    """Give the public id of whoever is signed up for a training with this phone."""
    return db.session.scalar(
        select(Attendee.public_id).where(
            Attendee.training_id == training_id,
            Attendee.phone_lookup == phone_lookup,
            Attendee.state.in_(LIVE),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who is signed up already, as far as it matters for one sign-up."""

    lookups: frozenset[str]
    of_enterprise: int


def known_in(
    training_id: int, lookups: Collection[str], enterprise_id: int, *, has_limit: bool
) -> Known:
    """Find which of these phones are signed up, and (when it is limited) count the enterprise's."""
    wanted: ColumnElement[bool] = Attendee.phone_lookup.in_(lookups)
    if has_limit:
        wanted = wanted | (Attendee.enterprise_id == enterprise_id)
    rows = db.session.execute(
        select(Attendee.phone_lookup, Attendee.enterprise_id).where(
            Attendee.training_id == training_id, Attendee.state.in_(LIVE), wanted
        )
    ).all()
    return Known(
        lookups=frozenset(row.phone_lookup for row in rows) & frozenset(lookups),
        of_enterprise=sum(row.enterprise_id == enterprise_id for row in rows),
    )


def list_whole(registration_ids: Collection[int]) -> Sequence[Registration]:
    """List registrations by key with all that letters need, as the database has them now."""
    return db.session.scalars(
        select(Registration)
        .where(Registration.id.in_(registration_ids))
        .options(selectinload(Registration.attendees).selectinload(Attendee.tickets))
        .order_by(Registration.id)
        .execution_options(populate_existing=True)
    ).all()
