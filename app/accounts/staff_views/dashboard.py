"""The first page after sign-in, made of what each room brings, and the choice of organisation."""

from __future__ import annotations

from flask import redirect as redirect_to
from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import login, queries
from app.accounts.access import in_menu, panels, signed_in, staff
from app.accounts.commands import signing_in
from app.accounts.rules import is_password_old
from app.accounts.staff_views.frame import blueprint, go
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.texts import lazy as _


@blueprint.get("/")
@in_menu(_("工作台"), icon="layout-dashboard", position=0)
@signed_in
def index() -> str:
    """Greet, remind, and show what waits."""
    now = clock.now()
    account = queries.get_own(staff().staff_id)
    return render_template(
        "accounts/staff/index.html",
        panels=panels(now),
        password_is_old=is_password_old(account.password_changed_at, now),
    )


@blueprint.get("/organisations")
@signed_in
def organisations() -> str:
    """Offer the organisations that this account may act for."""
    return render_template(
        "accounts/staff/organisations.html",
        following=login.safe_next(request.args.get("next", "")),
    )


@blueprint.post("/organisations")
@signed_in
def switch_organisation() -> ResponseReturnValue:
    """Act for another organisation from now on."""
    who, now = staff(), clock.now()
    asked = request.form.get("organisation", "")
    session_id = unit_of_work(lambda: signing_in.switch_organisation(asked, by=who, now=now))
    login.replace(session_id)
    following = login.safe_next(request.form.get("next", ""))
    if following:
        return redirect_to(following, 303)
    return go("accounts_staff.index")
