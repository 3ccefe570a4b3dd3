"""One's own account: password, signed-in browsers."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import login, queries
from app.accounts.access import in_menu, signed_in, staff
from app.accounts.commands import credentials, signing_in, throttle
from app.accounts.errors import LockedOut, WeakPassword, WrongPassword
from app.accounts.forms import PasswordChange
from app.accounts.rules import ROLE_NAMES, Identity, ensure_strong, is_password_old
from app.accounts.staff_views.frame import blueprint, go
from app.kit import clock, forms, passwords
from app.kit.database import unit_of_work
from app.kit.errors import FieldFault, Invalid
from app.kit.texts import lazy as _


@blueprint.get("/account")
@in_menu(_("我的账号"), icon="user-circle", position=90)
@signed_in
def account() -> str:
    """Show one's own account and where it is signed in."""
    now, who = clock.now(), staff()
    own = queries.get_own(who.staff_id)
    return render_template(
        "accounts/staff/account.html",
        own=own,
        who=who,
        role_names=[ROLE_NAMES[role] for role in sorted(who.roles)],
        password_is_old=is_password_old(own.password_changed_at, now),
        browsers=queries.list_login_sessions(who.staff_id, now=now),
    )


@blueprint.post("/account/browsers/<session_id>/revoke")
@signed_in
def revoke_browser(session_id: str) -> ResponseReturnValue:
    """Sign one of one's browsers out."""
    who, now = staff(), clock.now()
    unit_of_work(lambda: signing_in.revoke(session_id, by=who, now=now))
    return go("accounts_staff.account", _("已退出该设备的登录"))


@blueprint.get("/password")
@signed_in
def change_password() -> str:
    """Show the form for a new password."""
    return _password_page(forms.Form())


@blueprint.post("/password")
@signed_in
def save_password() -> ResponseReturnValue:
    """Take a new password after the present one was given."""
    value, form = forms.read(PasswordChange, request.form)
    if value is None:
        return _password_page(form), 422
    who = staff()
    try:
        confirm_password(value.present, who, field="present")
        _ensure_good(value, who)
    except (Invalid, LockedOut) as refusal:
        _show(form, refusal)
        return _password_page(form), refusal.status
    now, hashed = clock.now(), passwords.hashed(value.new)
    unit_of_work(lambda: credentials.change_password(hashed, by=who, now=now))
    return go("accounts_staff.index", _("密码已修改，其他设备上的登录已退出"))


def confirm_password(password: str, who: Identity, *, field: str) -> None:
    """Check one's own password, counting failures like those of a sign-in; WrongPassword."""
    subjects, now = login.attempt(who.email).subjects, clock.now()
    unit_of_work(lambda: throttle.claim(subjects, now=now))
    own = queries.get_own(who.staff_id)
    if not passwords.matches(password, own.password_hash):
        message = WrongPassword.message
        raise WrongPassword(faults=(FieldFault(field=field, code="wrong", message=message),))
    unit_of_work(lambda: credentials.confirm(subjects))


def _ensure_good(value: PasswordChange, who: Identity) -> None:
    faults: tuple[FieldFault, ...] = ()
    try:
        ensure_strong(
            value.new, email=who.email, is_old_one=value.new == value.present, field="new"
        )
    except WeakPassword as refusal:
        faults = refusal.faults
    if value.again != value.new:
        text = _("两次输入的新密码不一致")
        faults = (*faults, FieldFault(field="again", code="differs", message=text))
    if faults:
        raise WeakPassword(faults=faults)


def _show(form: forms.Form, refusal: Invalid | LockedOut) -> None:
    if refusal.faults:
        form.add(refusal.faults)
    else:
        form.add_general(refusal.text)


def _password_page(form: forms.Form) -> str:
    return render_template(
        "accounts/staff/change_password.html", form=form, is_forced=staff().must_change_password
    )
