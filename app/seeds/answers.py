"""What attendees say afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app.attendance.models import Attendance
from app.feedback import commands as feedback
from app.feedback.rules import ATTENDED, Answers, Dimension, OpenQuestion
from app.kit.database import db
from app.registrations.models import Attendee
from app.seeds.stage import Act, Stage
from app.seeds.story import PRAISE, REMARKS
from app.trainings.models import Training


def ask(stage: Stage, training: str, *, share: float) -> None:
    """Plan the feedback of a share of those who came, within four days after the end."""
    rows = db.session.execute(
        select(Attendee.id, Training.ends_at)
        .join(Training, Training.id == Attendee.training_id)
        .where(
            Training.public_id == training,
            Attendee.id.in_(select(Attendance.attendee_id).where(Attendance.credit.in_(ATTENDED))),
        )
        .order_by(Attendee.sequence)
    ).all()
    for row in rows:
        if stage.chance.random() < share:
            earliest = row.ends_at + timedelta(hours=2)
            when = stage.moment(earliest, row.ends_at + timedelta(days=4))
            stage.plan(when, _answer(stage, row.id))


def _answer(stage: Stage, attendee_id: int) -> Act:
    def act(now: datetime) -> None:
        remarks = stage.chance.choice(REMARKS)
        answers = Answers(
            scores={dimension: stage.chance.choice(PRAISE) for dimension in Dimension},
            texts=dict(zip(OpenQuestion, remarks, strict=True)),
        )
        feedback.submit(attendee_id, answers, language="zh", now=now)

    return act
