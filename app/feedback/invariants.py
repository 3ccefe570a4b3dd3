"""What must hold for feedback in a live database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import exists, func, or_, select

from app.attendance.models import Attendance
from app.feedback import queries
from app.feedback.models import Feedback
from app.feedback.rules import ATTENDED
from app.kit.database import db
from app.kit.invariants import Violation
from app.kit.retention import GRACE
from app.registrations.models import Attendee
from app.trainings.models import Lesson


def one_answer_each(_now: datetime) -> Iterator[Violation]:
    """Nobody answers twice."""
    repeated = (
        select(Feedback.attendee_id, func.count())
        .group_by(Feedback.attendee_id)
        .having(func.count() > 1)
    )
    for attendee, count in db.session.execute(repeated):
        yield Violation(rule="feedback.once", row=f"attendee {attendee}", detail=f"{count} answers")


def only_from_the_attended(_now: datetime) -> Iterator[Violation]:
    """Who answered has attended, unless the attendance was corrected afterwards."""
    was_there = (
        exists()
        .where(
            Attendance.attendee_id == Feedback.attendee_id,
            Attendance.lesson_id == Lesson.id,
            Lesson.training_id == Feedback.training_id,
            or_(Attendance.credit.in_(ATTENDED), Attendance.is_corrected),
        )
        .correlate(Feedback)
    )
    for public_id in db.session.scalars(select(Feedback.public_id).where(~was_there)):
        yield Violation(
            rule="feedback.attended", row=f"feedback {public_id}", detail="no attendance"
        )


def same_training_and_organisation(_now: datetime) -> Iterator[Violation]:
    """Feedback belongs to the training and organisation of its attendee."""
    differs = or_(
        Feedback.training_id != Attendee.training_id,
        Feedback.organisation_id != Attendee.organisation_id,
    )
    torn = (
        select(Feedback.public_id)
        .join(Attendee, Attendee.id == Feedback.attendee_id)
        .where(differs)
    )
    for public_id in db.session.scalars(torn):
        yield Violation(
            rule="feedback.parent", row=f"feedback {public_id}", detail="other training"
        )


def words_past_their_time_are_gone(now: datetime) -> Iterator[Violation]:
    """Open answers are empty a day after their retention ended."""
    kept = select(Feedback.public_id).where(queries.is_past_its_time(now - GRACE))
    for public_id in db.session.scalars(kept):
        yield Violation(
            rule="feedback.retention", row=f"feedback {public_id}", detail="still holds words"
        )


CHECKS = (
    one_answer_each,
    only_from_the_attended,
    same_training_and_organisation,
    words_past_their_time_are_gone,
)
