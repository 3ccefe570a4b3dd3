"""The guards for staff and their programs, and the staff menu that follows from them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, current_user

from app.accounts import queries
from app.accounts.errors import RoleMissing, ScopeMissing
from app.accounts.models import Role
from app.accounts.rules import Identity, Scope, is_idle
from app.kit import clock, tokens
from app.kit.errors import Text, Unauthenticated
from app.kit.guards import Guard, mark

View = TypeVar("View", bound=Callable[..., Any])

SEEN = "seen"
MENU = "menu"
login_manager = LoginManager()


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """A page in the staff menu and who sees it."""

    endpoint: str
    label: Text
    icon: str
    position: int
    roles: tuple[str, ...]


def init_app(app: Flask) -> None:
    """Set up sign-in on `app`."""
    login_manager.session_protection = None  # phones change address; the row decides
    login_manager.user_loader(_load)
    login_manager.init_app(app)
    app.jinja_env.globals["staff_menu"] = staff_menu


def _load(session_id: str) -> Identity | None:
    now = clock.now()
    seen = cookie.get(SEEN)
    if is_idle(datetime.fromisoformat(seen) if seen else None, now):
        return None
    identity = queries.find_signed_in(session_id, now=now)
    if identity is not None:
        cookie[SEEN] = now.isoformat(timespec="seconds")
    return identity


def requires(*roles: Role) -> Callable[[View], View]:
    """Guard: a signed-in member of staff with any of `roles` in its present organisation."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return to_sign_in()
            if not staff().has(*roles):
                raise RoleMissing
            if staff().must_change_password and request.endpoint != "accounts_staff.change_password":
                return redirect(url_for("accounts_staff.change_password"))
            return view(*args, **kwargs)

        guard = Guard(kind="requires", needs=tuple(role.value for role in roles))
        return mark(cast("View", guarded), guard)

    return decorate


def signed_in(view: View) -> View:
    """Guard: any signed-in member of staff, whatever its role."""
    return requires(*Role)(view)


def to_sign_in() -> Any:
    """Send a person to the sign-in page and back afterwards."""
    following = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("accounts.sign_in", next=following))


def staff() -> Identity:
    """Give who acts in a view guarded by `requires`."""
    return cast("Identity", current_user._get_current_object())  # noqa: SLF001 - Flask-Login's way to the value


def api_scope(scope: Scope) -> Callable[[View], View]:
    """Guard: an API token with `scope`, whose account may use it."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            ensure_scope(scope)
            return view(*args, **kwargs)

        return mark(cast("View", guarded), Guard(kind="api_scope", needs=(scope.value,)))

    return decorate


def ensure_scope(scope: Scope) -> Identity:
    """Give the caller by API token; Unauthenticated or ScopeMissing."""
    identity = find_caller()
    if identity is None:
        raise Unauthenticated
    if scope not in identity.scopes:
        raise ScopeMissing
    return identity


def find_caller() -> Identity | None:
    """Give whom the request's API token speaks for, if it bears a good one."""
    if "caller" not in g:
        token_id = tokens.read(bearer(), tokens.Purpose.API)
        g.caller = None if token_id is None else queries.find_api_caller(token_id, now=clock.now())
    return cast("Identity | None", g.caller)


def caller() -> Identity:
    """Give who acts in a view guarded by `api_scope`."""
    identity = find_caller()
    if identity is None:
        raise Unauthenticated
    return identity


def bearer() -> str:
    """Give the token of the Authorization header, or an empty text."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def in_menu(label: Text, *, icon: str, position: int) -> Callable[[View], View]:
    """Put a guarded page into the staff menu; write it above the guard."""

    def decorate(view: View) -> View:
        setattr(view, MENU, (label, icon, position))
        return view

    return decorate


def collect_menu(app: Flask) -> None:
    """Gather the menu from all views, once, when the application is made."""
    entries = []
    for endpoint, view in app.view_functions.items():
        if (found := getattr(view, MENU, None)) is None:
            continue
        label, icon, position = found
        guard: Guard = view.guard  # type: ignore[attr-defined]  # put there by the guard below it
        entries.append(
            MenuEntry(endpoint=endpoint, label=label, icon=icon, position=position, roles=guard.needs)
        )
    app.extensions["guanbiao.menu"] = sorted(entries, key=lambda entry: entry.position)


def staff_menu() -> list[tuple[str, str, str, bool]]:
    """List (label, address, icon, is the present page) of the pages the present staff may open."""
    if not current_user.is_authenticated:
        return []
    mine = {role.value for role in staff().roles}
    blueprint = request.blueprint
    return [
        (
            str(entry.label),
            url_for(entry.endpoint),
            entry.icon,
            entry.endpoint == request.endpoint or entry.endpoint.split(".")[0] == blueprint,
        )
        for entry in current_app.extensions["guanbiao.menu"]
        if mine & set(entry.roles)
    ]
