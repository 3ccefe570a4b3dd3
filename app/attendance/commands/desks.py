"""Opens desks for a lesson, listens to how they fare, and closes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from app.attendance.errors import DeskClosed
from app.attendance.models import Desk
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.kit.errors import NotFound
from app.trainings.models import Lesson, Training, TrainingState

GRACE = timedelta(hours=24)  # for uploads of devices that were without network
OPEN_STATES = frozenset({TrainingState.PUBLISHED, TrainingState.HELD})
MOST_SKEW = 2_147_483_647  # milliseconds, 24 days: what the column holds


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLesson:
    """A lesson that desks may be opened for."""

    id: int
    ends_at: datetime


def lesson_open_to_desks(lesson: str, *, organisation_id: int) -> OpenLesson:
    """Give a lesson (public id) of the organisation that desks may be opened for.

    NotFound for a foreign lesson, DeskClosed when the training is not published.
    """
    return _open_lesson(Lesson.public_id == lesson, Lesson.organisation_id == organisation_id)


def lesson_by_key(lesson_id: int) -> OpenLesson:
    """Give a lesson that desks may be opened for, by its key; DeskClosed."""
    return _open_lesson(Lesson.id == lesson_id)


def _open_lesson(*conditions: ColumnElement[bool]) -> OpenLesson:
    row = db.session.execute(
        select(Lesson.id, Lesson.ends_at, Training.state)
        .join(Training, Training.id == Lesson.training_id)
        .where(*conditions)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.state not in OPEN_STATES:
        raise DeskClosed
    return OpenLesson(id=row.id, ends_at=row.ends_at)


def end_of(lesson: OpenLesson, now: datetime) -> datetime:
    """Give until when a desk may scan: 24 hours after the lesson, or after `now` if it is over."""
    return max(lesson.ends_at, now) + GRACE


def enrol_desk(
    lesson: str,
    *,
    organisation_id: int,
    label: str,
    staff_id: int | None,
    by: Actor,
    now: datetime,
    may_search: bool = False,
) -> Desk:
    """Open a desk for a lesson (public id) without an invitation: from the terminal.

    NotFound for a foreign lesson, DeskClosed when the training is not published.
    """
    row = lesson_open_to_desks(lesson, organisation_id=organisation_id)
    desk = Desk(
        organisation_id=organisation_id,
        lesson_id=row.id,
        staff_id=staff_id,
        label=label,
        may_search=may_search,
        created_at=now,
        expires_at=end_of(row, now),
        last_seen_at=now,
    )
    db.session.add(desk)
    db.session.flush()
    remember("desk.opened", desk, by=by, now=now)
    return desk


def hear(desk_id: int, *, queue_length: int, device_time: datetime, now: datetime) -> None:
    """Note how many entries a desk still has to send, and how far its clock is off."""
    skew = round((now - device_time) / timedelta(milliseconds=1))
    db.session.execute(
        update(Desk)
        .where(Desk.id == desk_id)
        .values(
            last_seen_at=now,
            queue_length=queue_length,
            clock_skew_ms=max(-MOST_SKEW, min(MOST_SKEW, skew)),
        )
    )


def get_desk(desk: str, *, organisation_id: int, lesson_id: int) -> Desk:
    """Give a desk (public id) of a lesson, locked until the end of the unit of work; NotFound."""
    row = db.session.scalar(
        select(Desk)
        .where(
            Desk.public_id == desk,
            Desk.organisation_id == organisation_id,
            Desk.lesson_id == lesson_id,
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return row


def revoke_desk(
    desk: str, *, organisation_id: int, lesson_id: int, by: Actor, now: datetime
) -> Desk:
    """Close a desk (public id) at once; closing it again changes nothing; NotFound."""
    row = get_desk(desk, organisation_id=organisation_id, lesson_id=lesson_id)
    if row.revoked_at is None:
        row.revoked_at = now
        remember("desk.closed", row, by=by, now=now)
    return row


def remember(action: str, desk: Desk, *, by: Actor, now: datetime) -> None:
    """Note in the audit log what became of a desk."""
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="desk",
        subject_id=desk.public_id,
        organisation_id=desk.organisation_id,
    )
