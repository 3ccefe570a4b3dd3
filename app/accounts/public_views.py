"""Sign-in and sign-out pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import login, queries
from app.accounts.access import staff
from app.accounts.commands import signing_in, throttle
from app.accounts.commands.signing_in import Attempt
from app.accounts.errors import LockedOut, WrongCode, WrongCredentials
from app.accounts.forms import SecondStep, SignIn
from app.accounts.models import Staff
from app.kit import clock, forms, limits, passwords
from app.kit.database import unit_of_work
from app.kit.errors import AppError
from app.kit.guards import public

blueprint = Blueprint("accounts", __name__, url_prefix="/staff")


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Show the sign-in form, or go on when somebody is signed in."""
    if current_user.is_authenticated:
        return _onwards(several=False)
    return _sign_in_page(forms.Form())


@blueprint.post("/sign-in")
@limits.limiter.limit(limits.SIGN_IN)
@public
def check_password() -> ResponseReturnValue:
    """Judge e-mail and password; one answer for everything that is wrong."""
    value, form = forms.read(SignIn, request.form)
    if value is None:
        return _sign_in_page(form), 422
    attempt = login.attempt(value.email)
    try:
        found = _judge_password(value, attempt)
    except (LockedOut, WrongCredentials) as refusal:
        form.add_general(refusal.text)
        return _sign_in_page(form), refusal.status
    if found.totp_secret is not None:
        unit_of_work(lambda: _give_back(attempt))
        login.pause(found.public_id, found.email, now=clock.now())
        return _to("accounts.second_step")
    return _come_in(found, attempt)


def _judge_password(value: SignIn, attempt: Attempt) -> Staff:
    now = clock.now()
    unit_of_work(lambda: throttle.claim(attempt.subjects, now=now))
    known = queries.find_staff_by_email(value.email)
    may_enter = known is not None and known.is_active and bool(known.memberships)
    stored = known.password_hash if known is not None and may_enter else None
    if not passwords.matches(value.password, stored) or known is None:
        unit_of_work(lambda: signing_in.fail(None if known is None else known.id, now=now))
        raise WrongCredentials
    return known


@blueprint.get("/sign-in/code")
@public
def second_step() -> ResponseReturnValue:
    """Ask for the code of the authenticator."""
    if login.halfway(now=clock.now()) is None:
        return _to("accounts.sign_in")
    return _code_page(forms.Form())


@blueprint.post("/sign-in/code")
@limits.limiter.limit(limits.SIGN_IN)
@public
def check_code() -> ResponseReturnValue:
    """Judge the code; each counts once, and wrong ones count as failed sign-ins."""
    halfway = login.halfway(now=clock.now())
    known = None if halfway is None else queries.find_active(halfway[0])
    if halfway is None or known is None:
        return _to("accounts.sign_in")
    value, form = forms.read(SecondStep, request.form)
    if value is None:
        return _code_page(form), 422
    attempt = login.attempt(halfway[1])
    try:
        _judge_code(known, value.code, attempt)
    except AppError as refusal:
        form.add_general(refusal.text)
        return _code_page(form), refusal.status
    return _come_in(known, attempt)


def _judge_code(known: Staff, code: str, attempt: Attempt) -> None:
    now = clock.now()
    staff_id, secret = known.id, known.totp_secret
    unit_of_work(lambda: throttle.claim(attempt.subjects, now=now))
    step = passwords.totp_step(secret, code, now.timestamp()) if secret else None
    if step is None:
        unit_of_work(lambda: signing_in.fail(staff_id, now=now))
        raise WrongCode
    unit_of_work(lambda: signing_in.use_code(staff_id, step))


def _come_in(known: Staff, attempt: Attempt) -> ResponseReturnValue:
    now = clock.now()
    staff_id = known.id
    session_id = unit_of_work(lambda: signing_in.begin(staff_id, attempt, now=now))
    login.start(session_id, now=now)
    return _onwards(several=len({m.organisation_id for m in known.memberships}) > 1)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the login session; harmless when there is none."""
    if current_user.is_authenticated:
        who, now = staff(), clock.now()
        unit_of_work(lambda: signing_in.end(who.session_id, by=who.actor, now=now))
    login.stop()
    return _to("accounts.sign_in", signed_out="1")


def _give_back(attempt: Attempt) -> None:
    for subject in attempt.subjects:
        throttle.give_back(subject)


def _sign_in_page(form: forms.Form) -> str:
    return render_template("accounts/sign_in.html", form=form, following=_following())


def _code_page(form: forms.Form) -> str:
    return render_template("accounts/second_step.html", form=form, following=_following())


def _onwards(*, several: bool) -> ResponseReturnValue:
    if several:
        return _to("accounts_staff.organisations")
    return redirect(_following() or url_for("accounts_staff.index"), 303)


def _following() -> str:
    return login.safe_next(request.values.get("next", ""))


def _to(endpoint: str, **values: Any) -> ResponseReturnValue:
    if following := _following():
        values["next"] = following
    return redirect(url_for(endpoint, **values), 303)
