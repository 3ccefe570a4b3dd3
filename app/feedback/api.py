"""Feedback for programs: attendees' answers in, sums out."""

from __future__ import annotations

from flask import Blueprint, Response

from app.accounts.access import api_scope, caller
from app.accounts.rules import Scope
from app.feedback import access, commands, forms, queries, schemas
from app.kit import api, clock, languages
from app.kit.limits import TICKET_PAGE, limiter
from app.registrations.models import Ticket
from app.trainings import queries as trainings

blueprint = Blueprint("feedback_api", __name__, url_prefix="/api/v1")
TAG = "feedback"


@blueprint.post("/trainings/<training_id>/feedback")
@access.with_ticket_code
@limiter.limit(TICKET_PAGE)
@api.documented(
    answers=schemas.FeedbackOut,
    status=201,
    json=forms.FeedbackIn,
    refusals=(401, 404, 409),
    tag=TAG,
    secured=True,
)
def submit(training_id: str, *, ticket: Ticket, body: forms.FeedbackIn) -> Response:
    """Answer the questionnaire of a training that was attended; the ticket's code is the key."""
    attendee_key, language, now = ticket.attendee_id, languages.current(), clock.now()

    def work() -> schemas.FeedbackOut:
        given = commands.submit(attendee_key, body.value(), language=language, now=now)
        return schemas.feedback_out(given, training_id)

    return api.answer_command(work, principal=f"ticket:{ticket.token_id}", status=201)


@blueprint.get("/trainings/<training_id>/feedback/summary")
@api_scope(Scope.FEEDBACK_READ)
@api.documented(answers=schemas.SummaryOut, refusals=(401, 403, 404), tag=TAG, secured=True)
def summary(training_id: str) -> Response:
    """Sum up a training's feedback; nothing is told that would show who answered what."""
    training = trainings.get(training_id, caller().organisation_id)
    return api.answer(schemas.summary_out(queries.summary(training), training_id))
