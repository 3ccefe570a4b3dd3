"""One's own API tokens: credentials for programs, never wider than one's roles."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import queries
from app.accounts.access import in_menu, requires, staff
from app.accounts.commands import api_tokens
from app.accounts.forms import NewToken
from app.accounts.models import Role
from app.accounts.rules import SCOPE_NAMES, TOKEN_DAYS, scopes_of
from app.accounts.staff_views.frame import blueprint, go
from app.kit import clock, forms
from app.kit.database import unit_of_work
from app.kit.errors import AppError
from app.kit.texts import lazy as _
from app.kit.texts import translate

with_scopes = requires(Role.ORGANISER, Role.SUPERVISOR, Role.TRAINER)


@blueprint.get("/tokens")
@in_menu(_("接口凭证"), icon="key", position=85)
@with_scopes
def list_tokens() -> str:
    """List one's API tokens, with the form for a new one."""
    return _page(forms.Form({"days": "90"}))


@blueprint.post("/tokens")
@with_scopes
def create_token() -> str | tuple[str, int]:
    """Make a token and show it, this once."""
    value, form = forms.read(NewToken, request.form)
    if value is None:
        return _page(form), 422
    who, now = staff(), clock.now()
    try:
        token = unit_of_work(
            lambda: api_tokens.create(value.label, value.scopes, days=value.days, by=who, now=now)
        )
    except AppError as refusal:
        form.add_general(refusal.text)
        return _page(form), refusal.status
    return render_template("accounts/staff/new_token.html", label=value.label, token=token)


@blueprint.post("/tokens/<token_id>/revoke")
@with_scopes
def revoke_token(token_id: str) -> ResponseReturnValue:
    """End one of one's tokens."""
    who, now = staff(), clock.now()
    unit_of_work(lambda: api_tokens.revoke(token_id, of_staff_id=who.staff_id, by=who, now=now))
    return go("accounts_staff.list_tokens", _("访问凭证已撤销"))


def _page(form: forms.Form) -> str:
    who = staff()
    return render_template(
        "accounts/staff/tokens.html",
        form=form,
        tokens=queries.list_api_tokens(who.staff_id, who.organisation_id, now=clock.now()),
        scopes=[(scope.value, str(SCOPE_NAMES[scope])) for scope in sorted(scopes_of(who.roles))],
        scope_names={scope.value: name for scope, name in SCOPE_NAMES.items()},
        days=[(str(days), translate("%(days)s天", days=days)) for days in TOKEN_DAYS],
    )
