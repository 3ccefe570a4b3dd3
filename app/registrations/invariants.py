"""What must hold of places, waiting lists, tickets, feeds and letters in a live database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import case, distinct, func, select

from app.kit.database import db
from app.kit.invariants import Violation
from app.outbox.models import Letter
from app.registrations import queries, rules
from app.registrations.models import (
    Attendee,
    AttendeeState,
    IfFull,
    Registration,
    RosterChange,
    Ticket,
)
from app.trainings import queries as trainings
from app.trainings.models import Channel, Lesson, Training, TrainingState

TOLD_WITHIN = timedelta(minutes=5)  # beyond the time that a move needs to settle


def places_are_counted(_now: datetime) -> Iterator[Violation]:
    """Find trainings whose counters are not what their attendees hold, or above capacity."""
    held: Counter[tuple[int, Channel]] = Counter()
    rows = db.session.execute(
        select(Attendee.training_id, Attendee.channel, func.count())
        .where(Attendee.state.in_(list(rules.HOLDING)))
        .group_by(Attendee.training_id, Attendee.channel)
    )
    for training_id, channel, count in rows:
        held[training_id, channel] = count
    for training in db.session.scalars(select(Training)):
        for channel, taken, capacity in (
            (Channel.ONSITE, training.taken_onsite, training.capacity_onsite),
            (Channel.ONLINE, training.taken_online, training.capacity_online),
        ):
            found = held[training.id, channel]
            if found != taken or found > capacity:
                yield Violation(
                    rule="places_are_counted",
                    row=f"training {training.public_id}",
                    detail=f"{channel}: {found} hold places, {taken} counted, {capacity} there",
                )


def nobody_waits_beside_free_places(now: datetime) -> Iterator[Violation]:
    """Find trainings with free places that the first of the waiting list should have."""
    trainings = db.session.scalars(
        select(Training).where(
            Training.state == TrainingState.PUBLISHED,
            Training.starts_at > now,
            Training.id.in_(
                select(Attendee.training_id).where(Attendee.state == AttendeeState.WAITLISTED)
            ),
        )
    )
    for training in trainings:
        free = {
            Channel.ONSITE: training.capacity_onsite - training.taken_onsite,
            Channel.ONLINE: training.capacity_online - training.taken_online,
        }
        chosen = rules.choose(queries.waiting_list(training.id), free)
        if chosen.promoted:
            yield Violation(
                rule="nobody_waits_beside_free_places",
                row=f"training {training.public_id}",
                detail=f"{len(chosen.promoted)} wait although {sum(free.values())} places are free",
            )


def promotions_are_in_order(_now: datetime) -> Iterator[Violation]:
    """Find people who wait although somebody behind them was promoted past them.

    Groups that stay together may be passed over; that is recorded elsewhere.
    """
    waiting: dict[tuple[int, Channel], list[tuple[int, int, str]]] = defaultdict(list)
    last: dict[tuple[int, Channel], tuple[int, int]] = {}
    rows = db.session.execute(
        select(
            Attendee.training_id,
            Attendee.channel,
            Attendee.priority,
            Attendee.sequence,
            Attendee.state,
            Attendee.promoted_at,
            Attendee.public_id,
        )
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(
            (Attendee.state == AttendeeState.WAITLISTED) | Attendee.promoted_at.is_not(None),
            Registration.if_full != IfFull.ALL_OR_WAITLIST,
        )
    )
    for row in rows:
        key, rank = (row.training_id, row.channel), (row.priority, row.sequence)
        if row.state is not AttendeeState.WAITLISTED:
            last[key] = max(last.get(key, rank), rank)
        else:
            waiting[key].append((*rank, row.public_id))
    for key, people in waiting.items():
        for priority, sequence, public_id in people:
            if key in last and (priority, sequence) < last[key]:
                yield Violation(
                    rule="promotions_are_in_order",
                    row=f"attendee {public_id}",
                    detail=f"number {sequence} waits, number {last[key][1]} was promoted",
                )


def one_live_attendee_per_phone(_now: datetime) -> Iterator[Violation]:
    """Find people who hold or await two places of one training."""
    rows = db.session.execute(
        select(Attendee.training_id, func.count())
        .where(Attendee.state.in_(list(rules.LIVE)))
        .group_by(Attendee.training_id, Attendee.phone_lookup)
        .having(func.count() > 1)
    )
    for training_id, count in rows:
        yield Violation(
            rule="one_live_attendee_per_phone",
            row=f"training #{training_id}",
            detail=f"one phone is signed up {count} times",
        )


def registrations_follow_attendees(_now: datetime) -> Iterator[Violation]:
    """Find registrations whose state is not that of their people."""
    states: dict[int, list[AttendeeState]] = defaultdict(list)
    for registration_id, state in db.session.execute(
        select(Attendee.registration_id, Attendee.state)
    ):
        states[registration_id].append(state)
    for row in db.session.execute(
        select(Registration.id, Registration.public_id, Registration.state)
    ):
        expected = rules.state_of(states[row.id])
        if row.state is not expected:
            yield Violation(
                rule="registrations_follow_attendees",
                row=f"registration {row.public_id}",
                detail=f"is {row.state.value}, its people make it {expected.value}",
            )


def numbers_are_gapless(_now: datetime) -> Iterator[Violation]:
    """Find trainings whose attendee numbers have gaps or disagree with the counter."""
    rows = db.session.execute(
        select(
            Training.public_id,
            Training.seat_sequence,
            func.count(Attendee.id).label("count"),
            func.coalesce(func.max(Attendee.sequence), 0).label("last"),
        )
        .outerjoin(Attendee, Attendee.training_id == Training.id)
        .group_by(Training.id, Training.public_id, Training.seat_sequence)
    )
    for row in rows:
        if not row.seat_sequence == row.count == row.last:
            yield Violation(
                rule="numbers_are_gapless",
                row=f"training {row.public_id}",
                detail=f"counter {row.seat_sequence}, {row.count} people, last {row.last}",
            )


def one_ticket_per_attendee(_now: datetime) -> Iterator[Violation]:
    """Find attendees without exactly one unrevoked ticket."""
    rows = db.session.execute(
        select(Attendee.public_id, func.count(Ticket.id))
        .outerjoin(Ticket, (Ticket.attendee_id == Attendee.id) & Ticket.revoked_at.is_(None))
        .group_by(Attendee.id, Attendee.public_id)
        .having(func.count(Ticket.id) != 1)
    )
    for public_id, count in rows:
        yield Violation(
            rule="one_ticket_per_attendee",
            row=f"attendee {public_id}",
            detail=f"has {count} unrevoked tickets",
        )


def changes_stay_below_the_counter(_now: datetime) -> Iterator[Violation]:
    """Find lessons whose change feed runs past its counter (its gaps are for facts to fill)."""
    rows = db.session.execute(
        select(Lesson.public_id, Lesson.feed_sequence, func.max(RosterChange.sequence))
        .join(RosterChange, RosterChange.lesson_id == Lesson.id)
        .group_by(Lesson.id, Lesson.public_id, Lesson.feed_sequence)
        .having(func.max(RosterChange.sequence) > Lesson.feed_sequence)
    )
    for public_id, counter, last in rows:
        yield Violation(
            rule="changes_stay_below_the_counter",
            row=f"lesson {public_id}",
            detail=f"counter {counter}, last change {last}",
        )


def everybody_was_told(_now: datetime) -> Iterator[Violation]:
    """Find contacts with an address who were not told exactly once of each turn of their luck."""
    told: Counter[tuple[str, str]] = Counter()
    for subject_id, kind, count in db.session.execute(
        select(Letter.subject_id, Letter.kind, func.count())
        .where(Letter.subject_kind == "registration")
        .group_by(Letter.subject_id, Letter.kind)
    ):
        told[subject_id, _OCCASIONS.get(kind, "signed_up")] += count
    cancelled_at = case((Attendee.state == AttendeeState.CANCELLED, Attendee.cancelled_at))
    rows = db.session.execute(
        select(
            Registration.public_id,
            Registration.contact_email,
            func.count(distinct(Attendee.promoted_at)).label("promoted"),
            func.count(distinct(cancelled_at)).label("cancelled"),
        )
        .outerjoin(Attendee, Attendee.registration_id == Registration.id)
        .group_by(Registration.id, Registration.public_id, Registration.contact_email)
    )
    for row in rows:
        due = {"signed_up": 1, "promoted": row.promoted, "cancelled": row.cancelled}
        found = {occasion: told[row.public_id, occasion] for occasion in due}
        if row.contact_email is not None and found != due:
            yield Violation(
                rule="everybody_was_told",
                row=f"registration {row.public_id}",
                detail=f"letters written: {found}, due: {due}",
            )


def changes_were_told(now: datetime) -> Iterator[Violation]:
    """Find trainings moved or called off more than five minutes ago whose people know nothing."""
    for training_id in trainings.list_untold(now - TOLD_WITHIN):
        yield Violation(
            rule="changes_were_told",
            row=f"training {training_id}",
            detail="was moved or called off, and no letter says so; does the scheduler run?",
        )


_OCCASIONS = {
    f"registration_{occasion}": occasion
    for occasion in ("promoted", "cancelled", "added", "replaced", "approved", "rejected")
}
CHECKS = (
    places_are_counted,
    nobody_waits_beside_free_places,
    promotions_are_in_order,
    one_live_attendee_per_phone,
    registrations_follow_attendees,
    numbers_are_gapless,
    one_ticket_per_attendee,
    changes_stay_below_the_counter,
    everybody_was_told,
    changes_were_told,
)
