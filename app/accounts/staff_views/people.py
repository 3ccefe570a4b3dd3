"""Administrators make accounts, grant roles and help people who are locked out."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import login, queries
from app.accounts.access import in_menu, requires, staff
from app.accounts.commands import api_tokens, people
from app.accounts.forms import NewStaff, StaffChange
from app.accounts.models import Role, Staff
from app.accounts.rules import ROLE_HINTS, ROLE_NAMES, SCOPE_NAMES, Scope
from app.accounts.staff_views.frame import blueprint, go
from app.kit import clock, forms, passwords
from app.kit.database import unit_of_work
from app.kit.errors import AppError
from app.kit.texts import lazy as _

admin = requires(Role.ADMIN)


@blueprint.get("/people")
@in_menu(_("人员与角色"), icon="users", position=80)
@admin
def list_people() -> str:
    """List the accounts of the organisation."""
    return render_template(
        "accounts/staff/people.html",
        people=queries.list_staff(staff().organisation_id),
        here=staff().organisation_id,
        role_names=ROLE_NAMES,
    )


@blueprint.get("/people/new")
@admin
def new_person() -> str:
    """Show the form for a new account."""
    return _new_page(forms.Form())


@blueprint.post("/people/new")
@admin
def create_person() -> str | tuple[str, int]:
    """Make an account and show its one-time password, this once."""
    value, form = forms.read(NewStaff, request.form)
    if value is None:
        return _new_page(form), 422
    password, who, now = passwords.new_password(), staff(), clock.now()
    hashed = passwords.hashed(password)
    try:
        unit_of_work(
            lambda: people.create_staff(
                email=value.email,
                name=value.name,
                roles=value.roles,
                organisation_id=who.organisation_id,
                password_hash=hashed,
                by=who.actor,
                now=now,
            )
        )
    except AppError as refusal:
        _show(form, refusal)
        return _new_page(form), refusal.status
    return _password_page(value.name, value.email, password)


@blueprint.get("/people/<staff_id>")
@admin
def show_person(staff_id: str) -> str:
    """Show an account with what may be done to it."""
    person = queries.get_staff(staff_id, organisation_id=staff().organisation_id)
    held = [
        m.role.value for m in person.memberships if m.organisation_id == staff().organisation_id
    ]
    return _person_page(person, forms.Form({"name": person.name, "roles": held}))


@blueprint.post("/people/<staff_id>")
@admin
def change_person(staff_id: str) -> ResponseReturnValue:
    """Set name and roles."""
    who, now = staff(), clock.now()
    person = queries.get_staff(staff_id, organisation_id=who.organisation_id)
    value, form = forms.read(StaffChange, request.form)
    if value is None:
        return _person_page(person, form), 422
    try:
        unit_of_work(
            lambda: people.change_staff(
                staff_id, name=value.name, roles=value.roles, by=who, now=now
            )
        )
    except AppError as refusal:
        _show(form, refusal)
        return _person_page(person, form), refusal.status
    return go("accounts_staff.show_person", _("已保存"), staff_id=staff_id)


@blueprint.post("/people/<staff_id>/deactivate")
@admin
def deactivate(staff_id: str) -> ResponseReturnValue:
    """Switch an account off."""
    who, now = staff(), clock.now()
    unit_of_work(lambda: people.deactivate(staff_id, by=who, now=now))
    return go("accounts_staff.show_person", _("账号已停用"), staff_id=staff_id)


@blueprint.post("/people/<staff_id>/activate")
@admin
def activate(staff_id: str) -> ResponseReturnValue:
    """Switch an account on again."""
    who, now = staff(), clock.now()
    unit_of_work(lambda: people.activate(staff_id, by=who, now=now))
    return go("accounts_staff.show_person", _("账号已启用"), staff_id=staff_id)


@blueprint.post("/people/<staff_id>/password")
@admin
def reset_password(staff_id: str) -> str:
    """Give an account a one-time password, shown this once."""
    who, now = staff(), clock.now()
    person = queries.get_staff(staff_id, organisation_id=who.organisation_id)
    password, name, email = passwords.new_password(), person.name, person.email
    hashed, account = passwords.hashed(password), login.account_subject(email)
    unit_of_work(lambda: people.reset_password(staff_id, hashed, account, by=who, now=now))
    return _password_page(name, email, password)


@blueprint.post("/people/<staff_id>/two-factor")
@admin
def reset_two_factor(staff_id: str) -> ResponseReturnValue:
    """Take a lost authenticator off an account."""
    who, now = staff(), clock.now()
    unit_of_work(lambda: people.reset_totp(staff_id, by=who, now=now))
    return go("accounts_staff.show_person", _("两步验证已重置"), staff_id=staff_id)


@blueprint.post("/people/<staff_id>/tokens/<token_id>/revoke")
@admin
def revoke_token_of(staff_id: str, token_id: str) -> ResponseReturnValue:
    """End an API token of an account."""
    who, now = staff(), clock.now()
    owner = queries.get_staff(staff_id, organisation_id=who.organisation_id).id
    unit_of_work(lambda: api_tokens.revoke(token_id, of_staff_id=owner, by=who, now=now))
    return go("accounts_staff.show_person", _("访问凭证已撤销"), staff_id=staff_id)


def _show(form: forms.Form, refusal: AppError) -> None:
    if refusal.faults:
        form.add(refusal.faults)
    else:
        form.add_general(refusal.text)


def _role_options() -> list[tuple[str, str]]:
    return [(role.value, f"{ROLE_NAMES[role]} — {ROLE_HINTS[role]}") for role in Role]


def _new_page(form: forms.Form) -> str:
    return render_template("accounts/staff/new_person.html", form=form, roles=_role_options())


def _person_page(person: Staff, form: forms.Form) -> str:
    who = staff()
    return render_template(
        "accounts/staff/person.html",
        form=form,
        person=person,
        roles=_role_options(),
        is_own=person.id == who.staff_id,
        is_shared=any(m.organisation_id != who.organisation_id for m in person.memberships),
        tokens=queries.list_api_tokens(person.id, who.organisation_id, now=clock.now()),
        scope_names={scope.value: SCOPE_NAMES[scope] for scope in Scope},
    )


def _password_page(name: str, email: str, password: str) -> str:
    return render_template(
        "accounts/staff/one_time_password.html", name=name, email=email, password=password
    )
