"""Reads who may answer, and sums up what was answered; single answers only without names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from app.attendance.models import Attendance
from app.feedback.models import Feedback
from app.feedback.rules import (
    ATTENDED,
    SCORES,
    Dimension,
    Figures,
    OpenQuestion,
    Standing,
    figures,
    may_show,
)
from app.kit.database import db
from app.kit.retention import PERIODS, cutoff
from app.registrations.models import Attendee
from app.trainings.models import Lesson, Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a training's feedback says; `count` and figures are None or empty below 5 answers."""

    count: int | None
    attended: int
    dimensions: tuple[Figures, ...] = ()


def get_standing(attendee_key: int) -> Standing:
    """Tell where an attendee stands, in one statement."""
    attended_until = (
        select(func.min(Lesson.ends_at))
        .join(Attendance, Attendance.lesson_id == Lesson.id)
        .where(Attendance.attendee_id == Attendee.id, Attendance.credit.in_(ATTENDED))
        .scalar_subquery()
    )
    row = db.session.execute(
        select(
            attended_until.label("attended_until"),
            Training.ends_at,
            exists().where(Feedback.attendee_id == Attendee.id).label("has_answered"),
        )
        .select_from(Attendee)
        .join(Training, Training.id == Attendee.training_id)
        .where(Attendee.id == attendee_key)
    ).one()
    return Standing(
        attended_until=row.attended_until,
        training_ends_at=row.ends_at,
        has_answered=row.has_answered,
    )


def summary(training: Training) -> Summary:
    """Sum up a training's feedback, in one statement."""
    counted = [
        func.count().filter(getattr(Feedback, dimension) == score)
        for dimension in Dimension
        for score in SCORES
    ]
    attended = (
        select(func.count(Attendance.attendee_id.distinct()))
        .join(Lesson, Lesson.id == Attendance.lesson_id)
        .where(Lesson.training_id == training.id, Attendance.credit.in_(ATTENDED))
        .scalar_subquery()
    )
    total, there, *counts = db.session.execute(
        select(func.count(Feedback.id), attended, *counted).where(
            Feedback.training_id == training.id
        )
    ).one()
    if not may_show(total):
        return Summary(count=None, attended=there)
    width = len(SCORES)
    return Summary(
        count=total,
        attended=there,
        dimensions=tuple(
            figures(dimension, counts[number * width : (number + 1) * width])
            for number, dimension in enumerate(Dimension)
        ),
    )


def list_texts(training: Training) -> dict[OpenQuestion, list[str]]:
    """List the open answers of each question, in an order that says nothing of who and when."""
    questions = [getattr(Feedback, question) for question in OpenQuestion]
    rows = db.session.execute(
        select(*questions)
        .where(Feedback.training_id == training.id)
        .order_by(Feedback.public_id)  # random, and the same each time
    ).all()
    return {
        question: sorted((row[number] for row in rows if row[number]), key=_shuffled)
        for number, question in enumerate(OpenQuestion)
    }


def _shuffled(text: str) -> str:
    """Order each question's answers apart from the others: place 3 is not the same person."""
    return text[::-1]


def iterate_answers(training: Training) -> Iterator[tuple[int | str, ...]]:
    """Yield one row an answer (scores, then texts), in random order, without names and times."""
    columns = [getattr(Feedback, name) for name in (*Dimension, *OpenQuestion)]
    rows = db.session.execute(
        select(*columns)
        .where(Feedback.training_id == training.id)
        .order_by(Feedback.public_id)
        .execution_options(yield_per=500)
    )
    for row in rows:
        yield tuple(row)


def is_past_its_time(now: datetime) -> ColumnElement[bool]:
    """Tell which answers still hold words although their training ended long ago."""
    over = select(Training.id).where(Training.ends_at <= cutoff(PERIODS.answers, now))
    has_words = or_(*(getattr(Feedback, question) != "" for question in OpenQuestion))
    return and_(Feedback.training_id.in_(over), has_words)


def list_past_their_time(now: datetime, *, limit: int) -> Sequence[int]:
    """List the keys of answers whose words must go."""
    return db.session.scalars(
        select(Feedback.id).where(is_past_its_time(now)).order_by(Feedback.id).limit(limit)
    ).all()


def count_past_their_time(now: datetime) -> int:
    """Count the answers whose words must go."""
    return db.session.scalar(select(func.count(Feedback.id)).where(is_past_its_time(now))) or 0
