"""Switches the second step of one's own sign-in on and off."""

from __future__ import annotations

from flask import render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from app.accounts import login, queries
from app.accounts.access import signed_in, staff
from app.accounts.commands import credentials
from app.accounts.errors import LockedOut, WrongCode
from app.accounts.forms import ConfirmPassword, ConfirmTotp
from app.accounts.staff_views.account import confirm_password
from app.accounts.staff_views.frame import blueprint, go
from app.kit import clock, forms, passwords, qr_codes, sealing
from app.kit.database import unit_of_work
from app.kit.errors import FieldFault, Invalid
from app.kit.settings import settings
from app.kit.texts import lazy as _
from app.kit.texts import translate

ISSUER = "Guanbiao"


@blueprint.get("/two-factor")
@signed_in
def two_factor() -> str:
    """Show a secret to scan, or how to switch the second step off."""
    return _page(forms.Form())


@blueprint.post("/two-factor")
@signed_in
def enrol() -> ResponseReturnValue:
    """Switch the second step on, once the authenticator shows the right code."""
    value, form = forms.read(ConfirmTotp, request.form)
    secret = _secret()
    if value is None:
        return _page(form), 422
    who, now = staff(), clock.now()
    step = passwords.totp_step(secret, value.code, now.timestamp())
    if step is None:
        form.add((FieldFault(field="code", code=WrongCode.code, message=WrongCode.message),))
        return _page(form), 422
    unit_of_work(lambda: credentials.enrol_totp(secret, step, by=who, now=now))
    cookie.pop(login.ENROLLING, None)
    return go("accounts_staff.account", _("两步验证已开启，下次登录需要输入动态码"))


@blueprint.post("/two-factor/disable")
@signed_in
def disable() -> ResponseReturnValue:
    """Switch the second step off, after the password was given."""
    value, form = forms.read(ConfirmPassword, request.form)
    if value is None:
        return _page(form), 422
    who = staff()
    try:
        confirm_password(value.password, who, field="password")
    except (Invalid, LockedOut) as refusal:
        form.add(refusal.faults or (FieldFault(field="", code="locked", message=refusal.text),))
        return _page(form), refusal.status
    now = clock.now()
    unit_of_work(lambda: credentials.disable_totp(by=who, now=now))
    return go("accounts_staff.account", _("两步验证已关闭"))


def _page(form: forms.Form) -> str:
    who = staff()
    is_on = queries.get_own(who.staff_id).totp_secret is not None
    if is_on:
        return render_template("accounts/staff/two_factor.html", form=form, is_on=True)
    secret = _secret()
    issuer = settings().site_organisation or ISSUER
    address = passwords.totp_address(secret, account=who.email, issuer=issuer)
    return render_template(
        "accounts/staff/two_factor.html",
        form=form,
        is_on=False,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        drawing=qr_codes.svg(address, title=translate("两步验证二维码")),
    )


def _secret() -> str:
    """Give the secret this browser is being shown; sealed, because cookies are only signed."""
    if (found := cookie.get(login.ENROLLING)) is None:
        secret = passwords.new_totp_secret()
        cookie[login.ENROLLING] = sealing.seal(secret)
        return secret
    return sealing.unseal(found)
