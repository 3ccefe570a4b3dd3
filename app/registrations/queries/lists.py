"""Registrations as organisers list, count and export them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, distinct, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.enterprises.models import Enterprise
from app.kit.database import db
from app.kit.pages import Page
from app.registrations.models import Attendee, AttendeeState, Registration, RegistrationState
from app.trainings.models import Channel

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFilter:
    """What a list of registrations is narrowed to; None and an empty text mean everything."""

    state: RegistrationState | None = None
    channel: Channel | None = None
    city: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many people of a training are in each state, and how many enterprises still count."""

    confirmed: int
    pending: int
    waitlisted: int
    gone: int
    enterprises: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseRow:
    """An enterprise in an organisation's trainings: 家次, 人 and 人次 of its confirmed places."""

    enterprise: Enterprise
    trainings: int
    people: int
    places: int


def list_registrations(
    training_id: int, wanted: RegistrationFilter, *, number: int, size: int
) -> Page[Registration]:
    """List the registrations of a training, the newest first, with their people."""
    conditions = _conditions(training_id, wanted)
    total = db.session.scalar(select(func.count(Registration.id)).where(*conditions)) or 0
    items = db.session.scalars(
        select(Registration)
        .where(*conditions)
        .options(joinedload(Registration.enterprise), selectinload(Registration.attendees))
        .order_by(Registration.created_at.desc(), Registration.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(items=items, total=total, number=number, size=size)


def _conditions(training_id: int, wanted: RegistrationFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Registration.training_id == training_id]
    if wanted.state is not None:
        conditions.append(Registration.state == wanted.state)
    if wanted.city:
        conditions.append(Registration.city == wanted.city)
    if wanted.channel is not None:
        conditions.append(
            Registration.id.in_(
                select(Attendee.registration_id).where(
                    Attendee.training_id == training_id, Attendee.channel == wanted.channel
                )
            )
        )
    if wanted.text:
        conditions.append(
            or_(
                Registration.enterprise_name.contains(wanted.text, autoescape=True),
                Registration.enterprise_id.in_(
                    select(Enterprise.id).where(Enterprise.uscc == wanted.text.upper())
                ),
            )
        )
    return conditions


def totals_of(training_id: int) -> Totals:
    """Count the people of a training by state, with one statement."""
    live = Attendee.state.in_(
        (AttendeeState.CONFIRMED, AttendeeState.PENDING, AttendeeState.WAITLISTED)
    )
    row = db.session.execute(
        select(
            func.count().filter(Attendee.state == AttendeeState.CONFIRMED).label("confirmed"),
            func.count().filter(Attendee.state == AttendeeState.PENDING).label("pending"),
            func.count().filter(Attendee.state == AttendeeState.WAITLISTED).label("waitlisted"),
            func.count().filter(~live).label("gone"),
            func.count(distinct(Attendee.enterprise_id)).filter(live).label("enterprises"),
        ).where(Attendee.training_id == training_id)
    ).one()
    return Totals(
        confirmed=row.confirmed,
        pending=row.pending,
        waitlisted=row.waitlisted,
        gone=row.gone,
        enterprises=row.enterprises,
    )


def list_waiting(training_id: int) -> Sequence[Attendee]:
    """List who waits for a training, the next one first, with their registrations."""
    return db.session.scalars(
        select(Attendee)
        .where(Attendee.training_id == training_id, Attendee.state == AttendeeState.WAITLISTED)
        .options(joinedload(Attendee.registration))
        .order_by(Attendee.channel.desc(), Attendee.priority, Attendee.sequence)
    ).all()


def list_enterprises(organisation_id: int, *, number: int, size: int) -> Page[EnterpriseRow]:
    """List the enterprises with confirmed places in an organisation's trainings, by name."""
    confirmed = (
        Attendee.organisation_id == organisation_id,
        Attendee.state == AttendeeState.CONFIRMED,
    )
    total = (
        db.session.scalar(select(func.count(distinct(Attendee.enterprise_id))).where(*confirmed))
        or 0
    )
    counted = (
        select(
            Attendee.enterprise_id,
            func.count(distinct(Attendee.training_id)).label("trainings"),
            func.count(distinct(Attendee.person_id)).label("people"),
            func.count().label("places"),
        )
        .where(*confirmed)
        .group_by(Attendee.enterprise_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Enterprise, counted.c.trainings, counted.c.people, counted.c.places)
        .join(counted, counted.c.enterprise_id == Enterprise.id)
        .order_by(Enterprise.name, Enterprise.id)
        .limit(size)
        .offset((number - 1) * size)
    )
    items = [
        EnterpriseRow(enterprise=enterprise, trainings=trainings, people=people, places=places)
        for enterprise, trainings, people, places in rows
    ]
    return Page(items=items, total=total, number=number, size=size)


def export_rows(training_id: int) -> Iterator[Row[Attendee, Registration, Enterprise]]:
    """Stream the people of a training in the order of their numbers."""
    yield from db.session.execute(
        select(Attendee, Registration, Enterprise)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .where(Attendee.training_id == training_id)
        .order_by(Attendee.sequence)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
