"""What organisers do with registrations: sign up on behalf, approve, reject, cancel."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.kit import clock, forms, languages, phones
from app.kit.database import unit_of_work
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Form
from app.kit.texts import translate as _
from app.registrations import commands, exports, queries, rules
from app.registrations import forms as signup_forms
from app.registrations.models import IfFull
from app.registrations.schemas import SignUpIn
from app.registrations.staff_views.blueprint import blueprint
from app.trainings import queries as trainings
from app.trainings.exports import place_of
from app.trainings.models import Training

REASON_MAXIMUM = 200


@blueprint.get("/registrations/<registration_id>")
@requires(Role.ORGANISER, Role.SUPERVISOR)
def show(registration_id: str) -> ResponseReturnValue:
    """Show one registration with its people."""
    registration = queries.get_registration(
        registration_id, organisation_id=staff().organisation_id
    )
    may_act = staff().has(Role.ORGANISER)
    positions = queries.positions(registration.training_id, registration_id=registration.id)
    return render_template(
        "registrations/staff/show.html",
        registration=registration,
        training=registration.training,
        place=place_of(registration.training),
        badges=exports.REGISTRATION_BADGES,
        person_badges=exports.ATTENDEE_BADGES,
        size=exports.size_of(registration),
        channels=exports.CHANNELS,
        positions=positions,
        live=rules.LIVE,
        show_phone=phones.display if may_act else phones.mask,
        may_act=may_act,
    )


@blueprint.route("/trainings/<training_id>/registrations/new", methods=["GET", "POST"])
@requires(Role.ORGANISER)
def register(training_id: str) -> ResponseReturnValue:
    """Sign people up on behalf of an enterprise, also outside the sign-up window."""
    training = trainings.get(training_id, staff().organisation_id)
    if request.method == "GET":
        return _form_page(training, Form({"if_full": IfFull.WAITLIST_REST.value}))
    values: MultiDict[str, str] = MultiDict(request.form)
    if "add" in values:
        return _form_page(training, Form(values), more=1)
    values = signup_forms.prepared(values, training.mode)
    read, form = forms.read(SignUpIn, values)
    if read is None:
        signup_forms.say_what_is_missing(form)
        return _form_page(training, form, status=Invalid.status)
    details, by, now = read.value(languages.current()), staff().actor, clock.now()
    try:
        booking = unit_of_work(
            lambda: commands.register(training_id, details, now=now, by=by, is_staff=True)
        )
    except (Conflict, Invalid) as refusal:
        form.add(refusal.faults)
        if not refusal.faults:
            form.add_general(refusal.text)
        again = trainings.get(training_id, staff().organisation_id)
        return _form_page(again, form, status=refusal.status)
    flash(_("已代为报名。"), "success")
    return redirect(url_for(".show", registration_id=booking.registration.public_id), 303)


def _form_page(
    training: Training, form: Form, *, status: int = 200, more: int = 0
) -> ResponseReturnValue:
    page = render_template(
        "registrations/staff/register.html",
        training=training,
        form=form,
        rows=signup_forms.rows_of(form, more=more),
        channels=rules.channels_of(training.mode),
        cities=signup_forms.cities(),
        industries=signup_forms.industries(),
        maximum=rules.most_at_once(training),
        policy_version=rules.POLICY_VERSION,
    )
    return page, status


@blueprint.post("/trainings/<training_id>/registrations/decide")
@requires(Role.ORGANISER)
def decide(training_id: str) -> ResponseReturnValue:
    """Approve or reject the ticked registrations, each in a transaction of its own."""
    trainings.get(training_id, staff().organisation_id)
    is_approval = request.form.get("decision") == "approve"
    done = sum(
        _decided(chosen, is_approval=is_approval) for chosen in request.form.getlist("registration")
    )
    if not done:
        flash(_("没有可处理的报名，请先勾选待审核的报名。"), "warning")
    else:
        flash(_("已处理%(count)s个报名，并已通知企业。", count=done), "success")
    return redirect(url_for(".index", training_id=training_id), 303)


def _decided(registration_id: str, *, is_approval: bool) -> bool:
    """Decide on one; False when somebody else was faster."""
    queries.get_registration(registration_id, organisation_id=staff().organisation_id)
    by, now, reason = staff().actor, clock.now(), _reason()
    try:
        if is_approval:
            unit_of_work(lambda: commands.approve(registration_id, now=now, by=by))
        else:
            unit_of_work(lambda: commands.reject(registration_id, now=now, by=by, reason=reason))
    except Conflict:
        return False
    return True


@blueprint.post("/registrations/<registration_id>/cancel")
@requires(Role.ORGANISER)
def cancel(registration_id: str) -> ResponseReturnValue:
    """Cancel a whole registration; the enterprise reads the reason."""
    queries.get_registration(registration_id, organisation_id=staff().organisation_id)
    by, now, reason = staff().actor, clock.now(), _reason()
    unit_of_work(
        lambda: commands.cancel_registration(
            registration_id, now=now, by=by, is_staff=True, reason=reason
        )
    )
    flash(_("报名已取消，并已通知企业。"), "success")
    return redirect(url_for(".show", registration_id=registration_id), 303)


@blueprint.post("/registrations/<registration_id>/attendees/<attendee_id>/cancel")
@requires(Role.ORGANISER)
def cancel_attendee(registration_id: str, attendee_id: str) -> ResponseReturnValue:
    """Cancel one person; the enterprise reads the reason."""
    registration = queries.get_registration(
        registration_id, organisation_id=staff().organisation_id
    )
    queries.attendee_in(registration, attendee_id)
    by, now, reason = staff().actor, clock.now(), _reason()
    unit_of_work(
        lambda: commands.cancel_attendee(attendee_id, now=now, by=by, is_staff=True, reason=reason)
    )
    flash(_("已取消此人的报名，并已通知企业。"), "success")
    return redirect(url_for(".show", registration_id=registration_id), 303)


def _reason() -> str:
    return " ".join(request.form.get("reason", "").split())[:REASON_MAXIMUM]
