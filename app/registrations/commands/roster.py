"""What every change of a list of people entails: tickets, change feed, states, letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from app.accounts.models import Organisation
from app.kit.database import db
from app.kit.ids import new_id
from app.outbox import commands as outbox
from app.registrations import notices
from app.registrations.errors import RegistrationNotFound
from app.registrations.models import Attendee, Registration, RosterChange, Ticket
from app.registrations.notices import News
from app.registrations.queries import list_whole, live_ticket
from app.registrations.rules import state_of
from app.trainings.commands import places
from app.trainings.models import Lesson, Training, Venue


def open_registration(registration_id: str) -> tuple[Training, Registration]:
    """Lock the training of a registration and give both as they are now; RegistrationNotFound."""
    keys = db.session.execute(
        select(Registration.id, Training.public_id)
        .join(Training, Training.id == Registration.training_id)
        .where(Registration.public_id == registration_id)
    ).one_or_none()
    if keys is None:
        raise RegistrationNotFound
    training = places.lock(keys.public_id)
    return training, list_whole([keys.id])[0]


def issue_tickets(attendees: Sequence[Attendee], *, now: datetime) -> dict[int, Ticket]:
    """Give each attendee a new ticket; by attendee key."""
    issued = {
        attendee.id: Ticket(token_id=new_id(), attendee_id=attendee.id, issued_at=now)
        for attendee in attendees
    }
    db.session.add_all(issued.values())
    for attendee in attendees:
        earlier = attendee.__dict__.get("tickets", [])  # new attendees have none loaded
        set_committed_value(attendee, "tickets", [*earlier, issued[attendee.id]])
    return issued


def note_changes(training: Training, attendees: Sequence[Attendee], *, now: datetime) -> None:
    """Enter these attendees into the change feed of every lesson; loads the lessons on the way.

    The counter row of a lesson is bumped in this transaction: a reader that pages by it misses
    nothing, whoever commits first.
    """
    count = len(attendees)
    lessons = db.session.scalars(
        update(Lesson)
        .where(Lesson.training_id == training.id)
        .values(feed_sequence=Lesson.feed_sequence + count)
        .returning(Lesson)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).all()
    set_committed_value(
        training, "lessons", sorted(lessons, key=lambda one: (one.starts_at, one.id))
    )
    db.session.add_all(
        RosterChange(
            lesson_id=lesson.id,
            sequence=lesson.feed_sequence - count + number,
            attendee_id=attendee.id,
            at=now,
        )
        for lesson in lessons
        for number, attendee in enumerate(attendees, start=1)
    )


def settle(registration: Registration) -> None:
    """Bring the state of a registration in line with its (loaded) attendees."""
    registration.state = state_of(attendee.state for attendee in registration.attendees)


def tickets_of(attendees: Sequence[Attendee]) -> Mapping[int, Ticket]:
    """Give the live tickets of attendees whose tickets are loaded, by attendee key."""
    found = {attendee.id: live_ticket(attendee) for attendee in attendees}
    return {key: ticket for key, ticket in found.items() if ticket is not None}


def tell(news: Sequence[News], *, now: datetime) -> None:
    """Put the letters about `news` (of one training) into the outbox, with one statement."""
    if not any(_has_reader(one) for one in news):
        return
    _complete(news[0].training)
    outbox.enqueue_all([draft for one in news for draft in notices.drafts(one, now=now)], now=now)


def _has_reader(news: News) -> bool:
    return bool(news.registration.contact_email) or any(one.email for one in news.attendees)


def _complete(training: Training) -> None:
    """Load what letters say about a training, with one statement (and its lessons, if missing)."""
    organisation, venue = db.session.execute(
        select(Organisation, Venue)
        .outerjoin(Venue, Venue.id == training.venue_id)
        .where(Organisation.id == training.organisation_id)
    ).one()
    set_committed_value(training, "organisation", organisation)
    set_committed_value(training, "venue", venue)
