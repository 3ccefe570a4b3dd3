"""Reads what a whole training counts for each of its attendees, by the rule in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, select

from app.attendance.models import Attendance, Credit
from app.attendance.queries.policies import get_in_force
from app.attendance.rules.policy import Policy, passed
from app.attendance.rules.wording import outcome_sentence
from app.kit.database import db
from app.registrations.models import Attendee, AttendeeState
from app.trainings.models import Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a training counts for one confirmed attendee; `why` is a sentence for people."""

    attendee_id: int
    public_id: str
    is_passed: bool
    minutes: int
    lessons_present: int
    lessons_total: int
    why: str


def list_outcomes(training_id: int) -> Sequence[Outcome]:
    """List the outcomes of the confirmed attendees of a training (by key), by their number.

    `why` is worded in the language that is spoken where this is called. NotFound.
    """
    policy = get_in_force(training_id).policy
    rows = db.session.execute(
        select(Attendee.id, Attendee.public_id, Attendance.credit, Attendance.minutes)
        .join(Lesson, Lesson.training_id == Attendee.training_id)
        .outerjoin(
            Attendance,
            and_(Attendance.attendee_id == Attendee.id, Attendance.lesson_id == Lesson.id),
        )
        .where(Attendee.training_id == training_id, Attendee.state == AttendeeState.CONFIRMED)
        .order_by(Attendee.sequence, Lesson.starts_at, Lesson.id)
    )
    by_attendee: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        by_attendee.setdefault(row.id, []).append(row)
    return [_outcome(lessons, policy) for lessons in by_attendee.values()]


def _outcome(lessons: Sequence[Row[*tuple[Any, ...]]], policy: Policy) -> Outcome:
    credits_of_lessons = [row.credit or Credit.ABSENT for row in lessons]
    present, total = credits_of_lessons.count(Credit.PRESENT), len(lessons)
    is_passed = passed(policy, credits_of_lessons)
    return Outcome(
        attendee_id=lessons[0].id,
        public_id=lessons[0].public_id,
        is_passed=is_passed,
        minutes=sum(row.minutes or 0 for row in lessons),
        lessons_present=present,
        lessons_total=total,
        why=outcome_sentence(present, total, policy),
    )
