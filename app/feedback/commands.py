"""Takes feedback, once from each who attended; notes when answers leave the house."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.accounts import queries as accounts
from app.audit import commands as audit
from app.audit.rules import Actor
from app.feedback import queries
from app.feedback.errors import AlreadyAnswered, TooFewAnswers
from app.feedback.models import Feedback
from app.feedback.rules import Answers, OpenQuestion, ensure_may_answer
from app.kit.database import db, violates
from app.registrations.models import Attendee
from app.trainings.models import Training


def submit(attendee_key: int, answers: Answers, *, language: str, now: datetime) -> Feedback:
    """Store what an attendee says.

    Raises AlreadyAnswered (also when two requests come at once), NotAttended, FeedbackNotOpen,
    FeedbackClosed. Nothing is written to the audit log: it would tell who answered when.
    """
    ensure_may_answer(queries.get_standing(attendee_key), now)
    attendee = db.session.get_one(Attendee, attendee_key)
    feedback = Feedback(
        organisation_id=attendee.organisation_id,
        training_id=attendee.training_id,
        attendee_id=attendee.id,
        language=language,
        created_at=now,
        **{dimension.value: score for dimension, score in answers.scores.items()},
        **{question.value: text for question, text in answers.texts.items()},
    )
    db.session.add(feedback)
    try:
        db.session.flush()
    except IntegrityError as error:
        if violates(error, "uq_feedback_attendee_id"):
            raise AlreadyAnswered from error
        raise
    return feedback


def note_export(training: Training, file_format: str, *, by: Actor, now: datetime) -> None:
    """Remember that the answers are taken out; TooFewAnswers when they would show who gave them."""
    summary = queries.summary(training)
    if summary.count is None:
        raise TooFewAnswers
    audit.record(
        "feedback.exported",
        by=by,
        now=now,
        subject_kind="training",
        subject_id=training.public_id,
        organisation_id=training.organisation_id,
        rows=summary.count,
        format=file_format,
    )


def empty_words(feedback_ids: Sequence[int], *, by: Actor, now: datetime) -> int:
    """Take the words out of answers past their time; scores stay. Give how many."""
    emptied = db.session.scalars(
        update(Feedback)
        .where(Feedback.id.in_(feedback_ids), queries.is_past_its_time(now))
        .values({question.value: "" for question in OpenQuestion})
        .returning(Feedback.organisation_id)
        .execution_options(synchronize_session=False)
    ).all()
    for organisation_id, count in sorted(Counter(emptied).items()):
        audit.record(
            "retention.answers_emptied",
            by=by,
            now=now,
            subject_kind="organisation",
            subject_id=accounts.get_organisation(organisation_id).public_id,
            organisation_id=organisation_id,
            answers=count,
        )
    return len(emptied)
