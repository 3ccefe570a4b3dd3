"""Sign-up and the privacy rules, for everybody; tickets for whoever has their code."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.kit import clock, forms, idempotency, languages, qr_codes
from app.kit.database import unit_of_work
from app.kit.errors import AppError, Conflict, Invalid
from app.kit.forms import Form
from app.kit.guards import public
from app.kit.idempotency import IdempotencyMismatch
from app.kit.ids import new_id
from app.kit.limits import SIGN_UP, TICKET_PAGE, limiter
from app.kit.retention import PERIODS
from app.kit.texts import translate as _
from app.registrations import access, commands, notices, queries, rules
from app.registrations import forms as signup_forms
from app.registrations.access import with_group, with_ticket
from app.registrations.models import AttendeeState, IfFull, Registration, Ticket
from app.registrations.rules import SignUp
from app.registrations.schemas import SignUpIn
from app.trainings import exports
from app.trainings import queries as trainings
from app.trainings import rules as training_rules
from app.trainings.models import Channel, Training

blueprint = Blueprint("registrations", __name__)
PRINCIPAL = "sign-up form"
ROOM_OPENS = timedelta(minutes=60)  # before a lesson, its online address is shown


@blueprint.get("/trainings/<training_id>/register")
@public
def register(training_id: str) -> ResponseReturnValue:
    """Show the sign-up form, or why there is none."""
    training = trainings.get_public(training_id)
    blank = {"key": new_id(), "if_full": IfFull.WAITLIST_REST.value}
    return _page(training, Form(blank))


@blueprint.post("/trainings/<training_id>/register")
@public
@limiter.limit(SIGN_UP)
def submit(training_id: str) -> ResponseReturnValue:
    """Sign people up; the same form sent twice books once."""
    values: MultiDict[str, str] = MultiDict(request.form)
    if "add" in values:  # without JavaScript, one more row costs one more page
        return _page(trainings.get_public(training_id), Form(values), more=1)
    values = signup_forms.prepared(values, queries.get_mode(training_id))
    read, form = forms.read(SignUpIn, values)
    if read is None:
        signup_forms.say_what_is_missing(form)
        return _page(trainings.get_public(training_id), form, status=Invalid.status)
    try:
        registration_id, manage_token_id = _book(
            training_id, read.value(languages.current()), values
        )
    except IdempotencyMismatch:
        values["key"] = new_id()
        form.add_general(_("您刚才已提交过一次报名。如需为其他人员报名，请核对后再次提交。"))
        return _page(trainings.get_public(training_id), form, status=Conflict.status)
    except (Conflict, Invalid) as refusal:
        return _refused(training_id, form, refusal)
    access.grant(registration_id, manage_token_id)
    return redirect(url_for("registrations_my.show", registration_id=registration_id), 303)


def _book(training_id: str, details: SignUp, values: MultiDict[str, str]) -> tuple[str, str]:
    """Sign up once per key of the form; give what opens the registration, again if need be."""
    now = clock.now()

    def work() -> tuple[int, str]:
        booked = commands.register(training_id, details, now=now, by=access.anybody())
        registration = booked.registration
        return 303, f"{registration.public_id} {registration.manage_token_id}"

    key = values.get("key", "")[: idempotency.KEY_MAXIMUM_LENGTH] or new_id()
    answer = unit_of_work(
        lambda: idempotency.answer_once(
            work, principal=PRINCIPAL, key=key, request=signup_forms.fingerprint(values), now=now
        )
    )
    registration_id, _space, manage_token_id = answer.body.partition(" ")
    return registration_id, manage_token_id


def _refused(training_id: str, form: Form, refusal: AppError) -> ResponseReturnValue:
    form.add(refusal.faults)
    if not refusal.faults:
        form.add_general(refusal.text)
    return _page(trainings.get_public(training_id), form, status=refusal.status)


def _page(
    training: Training, form: Form, *, status: int = 200, more: int = 0
) -> ResponseReturnValue:
    facts = training_rules.facts_of(training)
    page = render_template(
        "registrations/register.html",
        training=training,
        facts=facts,
        signup=training_rules.signup_state(facts, clock.now()),
        place=exports.place_of(training),
        form=form,
        rows=signup_forms.rows_of(form, more=more),
        channels=rules.channels_of(training.mode),
        cities=signup_forms.cities(),
        industries=signup_forms.industries(),
        maximum=min(
            training.per_enterprise_limit or rules.MAXIMUM_ATTENDEES, rules.MAXIMUM_ATTENDEES
        ),
        policy_version=rules.POLICY_VERSION,
    )
    return page, status


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """Show what happens to people's data."""
    return render_template("pages/privacy.html", periods=PERIODS)


@blueprint.get("/t/<code>")
@limiter.limit(TICKET_PAGE)
@with_ticket
def ticket(ticket: Ticket) -> ResponseReturnValue:
    """Show a ticket: its code to scan, where it stands, when and where to come."""
    access.remember_ticket(ticket.token_id)
    attendee = ticket.attendee
    training = attendee.registration.training
    is_waiting = attendee.state is AttendeeState.WAITLISTED
    positions = (
        queries.positions(training.id, registration_id=attendee.registration_id)
        if is_waiting
        else {}
    )
    url = notices.ticket_url(ticket)
    return render_template(
        "registrations/ticket.html",
        ticket=ticket,
        attendee=attendee,
        training=training,
        place=exports.place_of(training),
        position=positions.get(attendee.id),
        code=notices.ticket_code(ticket),
        url=url,
        qr=qr_codes.svg(url, title=_("参训码")),
        rooms=_open_rooms(ticket),
        proof_url=_page_above(ticket, "proofs.mine", ticket.attendee.registration.training.ends_at),
        feedback_url=_feedback_url(ticket),
        appeal_url=_page_above(
            ticket, "attendance.appeal", ticket.attendee.registration.training.starts_at
        ),
    )


@blueprint.get("/g/<code>")
@limiter.limit(TICKET_PAGE)
@with_group
def group(registration: Registration) -> ResponseReturnValue:
    """Show the card of a registration: its code for the desk, and nobody's name."""
    return render_template(
        "registrations/group.html",
        registration=registration,
        training=registration.training,
        place=exports.place_of(registration.training),
        qr=qr_codes.svg(notices.group_url(registration), title=_("企业团体码")),
    )


def _open_rooms(ticket: Ticket) -> set[int]:
    """Give the lessons whose online address a confirmed online attendee is shown now."""
    attendee, now = ticket.attendee, clock.now()
    if attendee.state is not AttendeeState.CONFIRMED or attendee.channel is not Channel.ONLINE:
        return set()
    lessons = attendee.registration.training.lessons
    return {
        lesson.id
        for lesson in lessons
        if lesson.online_url and lesson.starts_at - ROOM_OPENS <= now < lesson.ends_at
    }


def _feedback_url(ticket: Ticket) -> str:
    """Give the address of the questions once the training has begun; they know who may answer."""
    return _page_above(ticket, "feedback.answer", ticket.attendee.registration.training.starts_at)


def _page_above(ticket: Ticket, endpoint: str, opens_at: datetime) -> str:
    """Give the address of a page of a room above, known by name, from an instant on."""
    if clock.now() < opens_at or ticket.attendee.state is not AttendeeState.CONFIRMED:
        return ""
    if endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, code=notices.ticket_code(ticket))


@blueprint.get("/t/<code>.svg")
@limiter.limit(TICKET_PAGE)
@with_ticket
def ticket_svg(ticket: Ticket) -> ResponseReturnValue:
    """Draw a ticket's code as SVG."""
    image = qr_codes.svg(notices.ticket_url(ticket), title=_("参训码"))
    return Response(image, mimetype="image/svg+xml")


@blueprint.get("/t/<code>.png")
@limiter.limit(TICKET_PAGE)
@with_ticket
def ticket_png(ticket: Ticket) -> ResponseReturnValue:
    """Draw a ticket's code as PNG."""
    return Response(qr_codes.png(notices.ticket_url(ticket)), mimetype="image/png")


@blueprint.get("/t/<code>.ics")
@limiter.limit(TICKET_PAGE)
@with_ticket
def ticket_ics(ticket: Ticket) -> ResponseReturnValue:
    """Give the lessons of a ticket's training as a calendar file."""
    training = ticket.attendee.registration.training
    body = exports.calendar([training], name=training.title)
    headers = {"Content-Disposition": 'attachment; filename="training.ics"'}
    return Response(body, headers=headers, content_type="text/calendar; charset=utf-8")
