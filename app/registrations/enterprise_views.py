"""The pages of an enterprise's contact: the registration, its people, its tickets."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.kit import clock, documents, forms, languages, phones, tokens
from app.kit.database import unit_of_work
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Form
from app.kit.guards import public
from app.kit.limits import SIGN_UP, limiter
from app.kit.texts import translate as _
from app.registrations import access, commands, exports, notices, queries, rules
from app.registrations import forms as signup_forms
from app.registrations.access import with_manage_grant
from app.registrations.commands.people import Change
from app.registrations.errors import RegistrationNotFound
from app.registrations.models import Attendee, AttendeeState, Registration
from app.registrations.schemas import AttendeeIn, PersonIn
from app.trainings.exports import place_of

blueprint = Blueprint("registrations_my", __name__, url_prefix="/my")


@blueprint.get("/r/<token>")
@public
def enter(token: str) -> ResponseReturnValue:
    """Let the browser in that came by a manage link; its address then loses the token."""
    token_id = tokens.read(token, tokens.Purpose.MANAGE)
    if token_id is None:
        raise RegistrationNotFound
    registration = queries.get_managed(token_id)
    access.grant(registration.public_id, token_id)
    return _back(registration)


@blueprint.get("/registrations/<registration_id>")
@with_manage_grant
def show(registration: Registration) -> ResponseReturnValue:
    """Show where everybody stands, with all tickets and what can be done."""
    waits = any(one.state is AttendeeState.WAITLISTED for one in registration.attendees)
    training = registration.training
    positions = queries.positions(training.id, registration_id=registration.id) if waits else {}
    return render_template(
        "registrations/show.html",
        registration=registration,
        training=training,
        place=place_of(training),
        people=exports.people(registration, positions),
        group=exports.group_card(registration),
        may_change=rules.may_change(training, clock.now()),
        may_add=_may_add(registration),
        manage_url=notices.manage_url(registration),
        mask=phones.mask,
    )


def _may_add(registration: Registration) -> bool:
    live = [one for one in registration.attendees if one.state in rules.LIVE]
    try:
        rules.ensure_open(registration.training, clock.now())
    except (Conflict, RegistrationNotFound):
        return False
    return 0 < len(live) < rules.MAXIMUM_ATTENDEES


@blueprint.get("/registrations/<registration_id>/cards.pdf")
@with_manage_grant
def cards(registration: Registration) -> ResponseReturnValue:
    """Print the QR cards of everybody who comes, to cut out."""
    data = exports.qr_cards(registration, language=languages.current())
    pdf = documents.render("qr_cards", data, created_at=clock.now().replace(microsecond=0))
    headers = {"Content-Disposition": 'inline; filename="cards.pdf"'}
    return Response(pdf, headers=headers, mimetype="application/pdf")


@blueprint.post("/registrations/<registration_id>/cancel")
@with_manage_grant
def cancel(registration: Registration) -> ResponseReturnValue:
    """Cancel everybody."""
    by, now = access.contact_actor(registration), clock.now()
    registration_id = registration.public_id
    unit_of_work(lambda: commands.cancel_registration(registration_id, now=now, by=by))
    flash(_("报名已全部取消，名额已让给候补的企业。"), "success")
    return _back(registration)


@blueprint.post("/registrations/<registration_id>/attendees/<attendee_id>/cancel")
@with_manage_grant
def cancel_attendee(registration: Registration, attendee_id: str) -> ResponseReturnValue:
    """Cancel one person."""
    attendee = queries.attendee_in(registration, attendee_id)
    by, now = access.contact_actor(registration), clock.now()
    unit_of_work(lambda: commands.cancel_attendee(attendee_id, now=now, by=by))
    flash(_("已取消%(name)s的报名。", name=attendee.name), "success")
    return _back(registration)


@blueprint.route("/registrations/<registration_id>/attendees/new", methods=["GET", "POST"])
@limiter.limit(SIGN_UP, methods=["POST"])
@with_manage_grant
def add_attendee(registration: Registration) -> ResponseReturnValue:
    """Add one person."""
    if request.method == "GET":
        return _person_page(registration, None, Form(), 200)
    values: MultiDict[str, str] = MultiDict(request.form)
    channels = rules.channels_of(registration.training.mode)
    if len(channels) == 1:
        values["channel"] = channels[0].value
    read, form = forms.read(AttendeeIn, values)
    if read is None:
        signup_forms.say_what_is_missing(form)
        return _person_page(registration, None, form, Invalid.status)
    by, now, registration_id = (
        access.contact_actor(registration),
        clock.now(),
        registration.public_id,
    )
    try:
        unit_of_work(lambda: commands.add_attendee(registration_id, read.value, now=now, by=by))
    except (Conflict, Invalid) as refusal:
        return _refused(registration, None, form, refusal)
    flash(_("已增加%(name)s。", name=read.name), "success")
    return _back(registration)


@blueprint.route(
    "/registrations/<registration_id>/attendees/<attendee_id>", methods=["GET", "POST"]
)
@limiter.limit(SIGN_UP, methods=["POST"])
@with_manage_grant
def change_attendee(registration: Registration, attendee_id: str) -> ResponseReturnValue:
    """Correct a person or put another one into the place."""
    attendee = queries.attendee_in(registration, attendee_id)
    if request.method == "GET":
        return _person_page(registration, attendee, Form(_typed(attendee)), 200)
    read, form = forms.read(PersonIn, MultiDict(request.form))
    if read is None:
        signup_forms.say_what_is_missing(form)
        return _person_page(registration, attendee, form, Invalid.status)
    change = Change(
        name=read.name, phone=read.phone, email=read.email, job_title=read.job_title or ""
    )
    by, now = access.contact_actor(registration), clock.now()
    try:
        unit_of_work(lambda: commands.change_attendee(attendee_id, change, now=now, by=by))
    except (Conflict, Invalid) as refusal:
        return _refused(registration, attendee, form, refusal)
    flash(_("参训人员信息已保存。"), "success")
    return _back(registration)


def _typed(attendee: Attendee) -> dict[str, str | list[str]]:
    return {
        "name": attendee.name,
        "phone": phones.display(attendee.phone),
        "email": attendee.email or "",
        "job_title": attendee.job_title,
    }


def _refused(
    registration: Registration, attendee: Attendee | None, form: Form, refusal: Conflict | Invalid
) -> ResponseReturnValue:
    form.add(refusal.faults)
    if not refusal.faults:
        form.add_general(refusal.text)
    return _person_page(registration, attendee, form, refusal.status)


def _person_page(
    registration: Registration, attendee: Attendee | None, form: Form, status: int
) -> ResponseReturnValue:
    page = render_template(
        "registrations/person.html",
        registration=registration,
        training=registration.training,
        attendee=attendee,
        form=form,
        channels=rules.channels_of(registration.training.mode),
    )
    return page, status


def _back(registration: Registration) -> ResponseReturnValue:
    return redirect(url_for("registrations_my.show", registration_id=registration.public_id), 303)
