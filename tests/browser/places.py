"""Lessons, logs and objections of the year of synthetic data that make a round worth walking."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.attendance.models import Appeal, Attendance, PlatformLog
from app.kit.database import db
from app.registrations.models import Attendee
from app.trainings.models import Lesson, Training, TrainingState


def lesson_of(training_id: int) -> Lesson:
    """Give the first lesson of a training."""
    return db.session.scalars(
        select(Lesson).where(Lesson.training_id == training_id).order_by(Lesson.starts_at)
    ).all()[0]


def doors(home: int) -> list[tuple[Lesson, Attendee]]:
    """Give the lesson that is over and the one that runs, each with somebody seen there twice."""
    rows = db.session.execute(
        select(Lesson, Attendee)
        .join(Attendance, Attendance.lesson_id == Lesson.id)
        .join(Attendee, Attendee.id == Attendance.attendee_id)
        .join(Training, Training.id == Lesson.training_id)
        .where(
            Lesson.organisation_id == home,
            Attendance.is_conflict.is_(True),
            Training.state.in_([TrainingState.PUBLISHED, TrainingState.HELD]),
        )
        .order_by(Lesson.starts_at, Attendee.id)
    ).unique()
    found = {lesson.id: (lesson, attendee) for lesson, attendee in rows}
    assert len(found) == 2
    return list(found.values())


def appeals(home: int) -> Sequence[Appeal]:
    """Give an objection in each state there is."""
    mine = select(Appeal).where(Appeal.organisation_id == home).order_by(Appeal.id)
    return list({one.state: one for one in db.session.scalars(mine)}.values())


def objecting(about: Sequence[Appeal]) -> Sequence[Attendee]:
    """Give whom objections are about, with their tickets."""
    return db.session.scalars(
        select(Attendee)
        .where(Attendee.id.in_([one.attendee_id for one in about]))
        .options(selectinload(Attendee.tickets))
        .order_by(Attendee.id)
    ).all()


def logs(home: int) -> Sequence[PlatformLog]:
    """Give what platforms sent: a log that was applied, and one whose columns nobody named."""
    mine = select(PlatformLog).where(PlatformLog.organisation_id == home)
    return db.session.scalars(mine.order_by(PlatformLog.id)).all()
