"""Fills free places from the waiting list, in the transaction that freed them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.registrations import queries, rules
from app.registrations.commands import roster
from app.registrations.models import Attendee, AttendeeState, Registration
from app.registrations.notices import News, Occasion
from app.registrations.rules import Promotion
from app.trainings.commands import places
from app.trainings.models import Channel, Training, TrainingState


def promote(training_id: str, *, now: datetime, by: Actor) -> int:
    """Give free places of the training with this public id to those who wait; how many moved up.

    In the order (priority, sequence); groups that stay together move whole or are passed over,
    which is recorded. Until the training starts. Call it in the transaction that freed places or
    raised a capacity; it holds the training's row.
    """
    training = places.lock(training_id)
    free = _free(training)
    if (
        training.state is not TrainingState.PUBLISHED
        or now >= training.starts_at
        or not any(free.values())
    ):
        return 0
    chosen = rules.choose(queries.waiting_list(training.id), free)
    if not chosen.promoted:
        return 0
    for channel in Channel:
        if count := sum(one.channel is channel for one in chosen.promoted):
            places.claim_places(training.id, channel, count)
    db.session.expire(training, ["taken_onsite", "taken_online"])
    _move_up(training, chosen, now=now, by=by)
    return len(chosen.promoted)


def _free(training: Training) -> dict[Channel, int]:
    return {
        Channel.ONSITE: training.capacity_onsite - training.taken_onsite,
        Channel.ONLINE: training.capacity_online - training.taken_online,
    }


def _move_up(training: Training, chosen: Promotion, *, now: datetime, by: Actor) -> None:
    promoted_ids = {one.attendee_id for one in chosen.promoted}
    registrations = queries.list_whole({one.registration_id for one in chosen.promoted})
    order = {one.attendee_id: number for number, one in enumerate(chosen.promoted)}
    promoted = sorted(
        (one for whole in registrations for one in whole.attendees if one.id in promoted_ids),
        key=lambda one: order[one.id],
    )
    by_registration = {whole.id: whole for whole in registrations}
    for attendee in promoted:
        _seat(training, by_registration[attendee.registration_id], attendee, now)
    roster.note_changes(training, promoted, now=now)
    news = []
    for registration in registrations:
        own = [one for one in promoted if one.registration_id == registration.id]
        roster.settle(registration)
        _record("attendee.promoted", training, registration, own, now=now, by=by)
        news.append(_news(training, registration, own))
    _record_passed_over(training, chosen.passed_over, now=now, by=by)
    roster.tell(news, now=now)


def _seat(
    training: Training, registration: Registration, attendee: Attendee, now: datetime
) -> None:
    attendee.state = rules.seated_state(
        requires_approval=training.requires_approval, is_approved=registration.is_approved
    )
    attendee.promoted_at = now
    attendee.confirmed_at = now if attendee.state is AttendeeState.CONFIRMED else None


def _news(training: Training, registration: Registration, own: Sequence[Attendee]) -> News:
    return News(
        occasion=Occasion.PROMOTED,
        training=training,
        registration=registration,
        attendees=own,
        tickets=roster.tickets_of(own),
        slot=f"-{own[0].public_id}",  # a registration may be promoted in several steps
    )


def _record_passed_over(
    training: Training, passed_over: Sequence[int], *, now: datetime, by: Actor
) -> None:
    if not passed_over:
        return
    for registration in queries.list_whole(set(passed_over)):
        waiting = [one for one in registration.attendees if one.state is AttendeeState.WAITLISTED]
        _record("waitlist.passed_over", training, registration, waiting, now=now, by=by)


def _record(
    action: str,
    training: Training,
    registration: Registration,
    attendees: Sequence[Attendee],
    *,
    now: datetime,
    by: Actor,
) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="registration",
        subject_id=registration.public_id,
        organisation_id=registration.organisation_id,
        training=training.public_id,
        attendees=[attendee.public_id for attendee in attendees],
    )
