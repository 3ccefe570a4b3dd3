"""Leads a training from one state of its life to the next."""

from __future__ import annotations

from datetime import datetime

from app.audit import commands as audit
from app.audit.rules import SYSTEM, Actor
from app.trainings import queries, rules
from app.trainings.errors import MoveNotAllowed, NotOver
from app.trainings.models import Training, TrainingState


def publish(training_id: str, *, organisation_id: int, by: Actor, now: datetime) -> Training:
    """Announce a draft; NotFound, MoveNotAllowed, NotPublishable with all that is missing."""
    training = queries.get(training_id, organisation_id, lock=True)
    rules.ensure_move(training.state, TrainingState.PUBLISHED)
    rules.ensure_publishable(rules.plan_of(training), now)
    training.published_at = now
    training.told_sequence = training.calendar_sequence
    return _enter(training, TrainingState.PUBLISHED, "training.published", by=by, now=now)


def cancel(
    training_id: str, *, reason: str, organisation_id: int, by: Actor, now: datetime
) -> Training:
    """Call a training off, saying why to everybody; NotFound, MoveNotAllowed."""
    training = queries.get(training_id, organisation_id, lock=True)
    rules.ensure_move(training.state, TrainingState.CANCELLED)
    training.cancelled_at = now
    training.cancel_reason = reason
    training.calendar_sequence += 1
    return _enter(training, TrainingState.CANCELLED, "training.cancelled", by=by, now=now)


def hold(training_id: str, *, organisation_id: int, now: datetime) -> Training | None:
    """Note that a published training is over; None when it is not, or no longer."""
    training = queries.get(training_id, organisation_id, lock=True)
    if training.state is not TrainingState.PUBLISHED or training.ends_at > now:
        return None
    return _enter(training, TrainingState.HELD, "training.held", by=SYSTEM, now=now)


def close(training_id: str, *, organisation_id: int, by: Actor, now: datetime) -> Training:
    """Close the record: attendance is locked from now on; NotFound, MoveNotAllowed, NotOver."""
    hold(training_id, organisation_id=organisation_id, now=now)
    training = queries.get(training_id, organisation_id, lock=True)
    if training.state is TrainingState.PUBLISHED:
        raise NotOver
    rules.ensure_move(training.state, TrainingState.CLOSED)
    training.closed_at = now
    return _enter(training, TrainingState.CLOSED, "training.closed", by=by, now=now)


def reopen(
    training_id: str, *, reason: str, organisation_id: int, by: Actor, now: datetime
) -> Training:
    """Open a closed record again, leaving a trace with the reason; NotFound, MoveNotAllowed."""
    training = queries.get(training_id, organisation_id, lock=True)
    if training.state is not TrainingState.CLOSED:
        raise MoveNotAllowed
    training.closed_at = None
    return _enter(training, TrainingState.HELD, "training.reopened", by=by, now=now, reason=reason)


def accept(training_id: str, *, organisation_id: int, by: Actor, now: datetime) -> Training:
    """Note that the closed record was accepted; NotFound, MoveNotAllowed."""
    training = queries.get(training_id, organisation_id, lock=True)
    rules.ensure_move(training.state, TrainingState.ACCEPTED)
    return _enter(training, TrainingState.ACCEPTED, "training.accepted", by=by, now=now)


def _enter(
    training: Training,
    state: TrainingState,
    action: str,
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
) -> Training:
    was = training.state
    training.state = state
    training.revision += 1
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="training",
        subject_id=training.public_id,
        organisation_id=training.organisation_id,
        was=was.value,
        revision=training.revision,
        reason=reason or training.cancel_reason or None,
    )
    return training
