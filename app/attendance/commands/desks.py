"""Opens desks for a lesson and closes them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app.attendance.errors import DeskClosed
from app.attendance.models import Desk
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.kit.errors import NotFound
from app.trainings.models import Lesson, Training, TrainingState

GRACE = timedelta(hours=24)  # for uploads of devices that were without network
OPEN_STATES = frozenset({TrainingState.PUBLISHED, TrainingState.HELD})


def enrol_desk(
    lesson: str, *, organisation_id: int, label: str, staff_id: int | None, by: Actor, now: datetime
) -> Desk:
    """Open a desk for a lesson (public id) of the organisation; its token is made from the row.

    The credential ends 24 hours after the lesson (after `now`, if the lesson is over already).
    NotFound for a foreign lesson, DeskClosed when the training is not published.
    """
    row = db.session.execute(
        select(Lesson.id, Lesson.ends_at, Training.state)
        .join(Training, Training.id == Lesson.training_id)
        .where(Lesson.public_id == lesson, Lesson.organisation_id == organisation_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.state not in OPEN_STATES:
        raise DeskClosed
    desk = Desk(
        organisation_id=organisation_id,
        lesson_id=row.id,
        staff_id=staff_id,
        label=label,
        created_at=now,
        expires_at=max(row.ends_at, now) + GRACE,
        last_seen_at=now,
    )
    db.session.add(desk)
    db.session.flush()
    _remember("desk.opened", desk, by=by, now=now)
    return desk


def revoke_desk(desk: str, *, organisation_id: int, by: Actor, now: datetime) -> None:
    """Close a desk (public id) at once; closing it again changes nothing; NotFound."""
    row = db.session.scalar(
        select(Desk).where(Desk.public_id == desk, Desk.organisation_id == organisation_id)
    )
    if row is None:
        raise NotFound
    if row.revoked_at is None:
        row.revoked_at = now
        _remember("desk.closed", row, by=by, now=now)


def _remember(action: str, desk: Desk, *, by: Actor, now: datetime) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="desk",
        subject_id=desk.public_id,
        organisation_id=desk.organisation_id,
    )
