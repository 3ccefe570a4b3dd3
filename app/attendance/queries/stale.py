"""Finds lessons whose records were folded before their times, or the rule, were changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from app.attendance.models import Attendance, RuleVersion
from app.kit.database import db
from app.trainings.models import Lesson, Training, TrainingState

LOOKED_BACK = timedelta(days=60)
CHANGEABLE = (TrainingState.PUBLISHED, TrainingState.HELD)


def list_stale_lessons(now: datetime) -> Sequence[int]:
    """List the keys of recent lessons with records that no longer fit, oldest lesson first."""
    used = func.coalesce(Attendance.evidence["policy"].as_integer(), 0)
    used_percent = Attendance.evidence["required_percent"].as_integer()
    newest = func.coalesce(
        select(func.max(RuleVersion.number))
        .where(RuleVersion.training_id == Training.id)
        .scalar_subquery(),
        0,
    )
    return db.session.scalars(
        select(Lesson.id)
        .join(Training, Training.id == Lesson.training_id)
        .join(Attendance, Attendance.lesson_id == Lesson.id)
        .where(
            Training.state.in_(CHANGEABLE),
            Training.ends_at > now - LOOKED_BACK,
            or_(
                Training.moved_at >= Attendance.updated_at,
                used != newest,
                and_(newest == 0, used_percent != Training.required_percent),
            ),
        )
        .group_by(Lesson.id, Lesson.starts_at)
        .order_by(Lesson.starts_at, Lesson.id)
    ).all()
