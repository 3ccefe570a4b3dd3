"""Plain makers of attendance and answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.attendance.models import Attendance, Credit
from app.feedback.models import Feedback
from tests.attendance.people import make_attendees
from tests.makers import make_training, save

GOOD = {"content": "5", "trainer": "4", "organisation": "3", "effect": "2", "overall": "5"}


def make_past_training(organisation=None, **values):
    """Make a training that ended yesterday."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return make_training(organisation, **{"starts_at": yesterday} | values)


def make_attended(training, count=1, credit=Credit.PRESENT):
    """Make attendees with a record in the first lesson; give each with the code of its ticket."""
    made = make_attendees(training, count)
    lesson = training.lessons[0]
    save(
        *(
            Attendance(
                organisation_id=training.organisation_id,
                lesson_id=lesson.id,
                attendee_id=attendee.id,
                credit=credit,
                minutes=180,
                is_inside=False,
                is_conflict=False,
                is_corrected=False,
                sources=[],
                evidence={},
                updated_at=lesson.ends_at,
            )
            for attendee, _code in made
        )
    )
    return made


def make_answers(training, count, *, overall=5, **texts):
    """Make attendees who attended and answered alike."""
    save(
        *(
            Feedback(
                organisation_id=training.organisation_id,
                training_id=training.id,
                attendee_id=attendee.id,
                content=5,
                trainer=4,
                organisation=5,
                effect=4,
                overall=overall,
                created_at=training.ends_at,
                **{name: f"{text}{number}" for name, text in texts.items()},
            )
            for number, (attendee, _code) in enumerate(make_attended(training, count))
        )
    )
