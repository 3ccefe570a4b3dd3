"""What attendees say afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app.attendance.models import Attendance, Credit
from app.feedback.models import Feedback
from app.kit.database import db
from app.registrations.models import Attendee
from app.seeds.stage import Act, Stage
from app.seeds.story import PRAISE, REMARKS
from app.trainings.models import Training

CAME = (Credit.PRESENT, Credit.PARTIAL)


def ask(stage: Stage, training: str, *, share: float) -> None:
    """Plan the feedback of a share of those who came, within four days after the end."""
    rows = db.session.execute(
        select(Attendee.id, Training.ends_at)
        .join(Training, Training.id == Attendee.training_id)
        .where(
            Training.public_id == training,
            Attendee.id.in_(select(Attendance.attendee_id).where(Attendance.credit.in_(CAME))),
        )
        .order_by(Attendee.sequence)
    ).all()
    for row in rows:
        if stage.chance.random() < share:
            earliest = row.ends_at + timedelta(minutes=10)
            when = stage.moment(earliest, row.ends_at + timedelta(days=4))
            stage.plan(when, _answer(stage, row.id))


def _answer(stage: Stage, attendee_id: int) -> Act:
    def act(now: datetime) -> None:
        attendee = db.session.get_one(Attendee, attendee_id)
        most_useful, to_improve, needs = stage.chance.choice(REMARKS)
        scores = [stage.chance.choice(PRAISE) for _ in range(5)]
        db.session.add(
            Feedback(
                organisation_id=attendee.organisation_id,
                training_id=attendee.training_id,
                attendee_id=attendee.id,
                content=scores[0],
                trainer=scores[1],
                organisation=scores[2],
                effect=scores[3],
                overall=scores[4],
                most_useful=most_useful,
                to_improve=to_improve,
                needs=needs,
                language="zh",
                created_at=now,
            )
        )

    return act
