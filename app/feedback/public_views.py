"""The questions an attendee answers after a training, reached through the ticket."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.feedback import commands, queries, rules
from app.feedback.errors import AlreadyAnswered
from app.feedback.forms import TEXT_MAXIMUM, QuestionnaireIn, name_what_is_missing
from app.kit import clock, forms, languages
from app.kit.database import unit_of_work
from app.kit.errors import Conflict
from app.kit.limits import TICKET_PAGE, limiter
from app.registrations.access import with_ticket
from app.registrations.models import Ticket

blueprint = Blueprint("feedback", __name__, url_prefix="/t")


@blueprint.get("/<code>/feedback")
@with_ticket
@limiter.limit(TICKET_PAGE)
def answer(ticket: Ticket) -> ResponseReturnValue:
    """Ask, thank who answered, or say why nobody can answer now."""
    try:
        rules.ensure_may_answer(queries.get_standing(ticket.attendee_id), clock.now())
    except AlreadyAnswered:
        return _page("thanks", ticket)
    except Conflict as refusal:
        return _page("closed", ticket, refusal=refusal), refusal.status
    return _questions(ticket, forms.Form())


@blueprint.post("/<code>/feedback")
@with_ticket
@limiter.limit(TICKET_PAGE)
def submit(ticket: Ticket) -> ResponseReturnValue:
    """Take the answers; faults come back all at once with everything that was typed."""
    given, form = forms.read(QuestionnaireIn, request.form)
    if given is None:
        name_what_is_missing(form)
        return _questions(ticket, form), 422
    attendee_key, language, now = ticket.attendee_id, languages.current(), clock.now()
    try:
        unit_of_work(
            lambda: commands.submit(attendee_key, given.value(), language=language, now=now)
        )
    except AlreadyAnswered:
        pass  # a double tap: the first one counts, and both are thanked
    except Conflict as refusal:
        form.add_general(refusal.text)
        return _questions(ticket, form), refusal.status
    return redirect(url_for("feedback.answer", code=_code()), 303)


def _questions(ticket: Ticket, form: forms.Form) -> str:
    return _page("answer", ticket, form=form, rules=rules, text_maximum=TEXT_MAXIMUM)


def _page(name: str, ticket: Ticket, **values: object) -> str:
    return render_template(
        f"feedback/{name}.html",
        training=ticket.attendee.registration.training,
        code=_code(),
        **values,
    )


def _code() -> str:
    assert request.view_args is not None  # noqa: S101 - the address has a code
    return str(request.view_args["code"])
