"""The guards for staff and their programs, and the staff menu that follows from them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, flash, g, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, current_user
from werkzeug.local import LocalProxy

from app.accounts import queries
from app.accounts.errors import RoleMissing, ScopeMissing
from app.accounts.models import Role
from app.accounts.rules import Identity, Scope, is_idle
from app.kit import clock, tokens
from app.kit.errors import Text, Unauthenticated
from app.kit.guards import ATTRIBUTE, Guard, mark
from app.kit.texts import lazy as _

View = TypeVar("View", bound=Callable[..., Any])

WHO = "_user_id"  # the key under which Flask-Login keeps the login session's id
SEEN = "seen"
SEEN_STEP = timedelta(minutes=1)  # the cookie need not change with every request
MENU = "menu"
IDLE = _("您已超过30分钟没有操作，为保护账号安全，请重新登录")
OVER = _("本次登录已到期或已被退出，请重新登录")
NOT_SAVED = _("刚才提交的内容没有保存，登录后请重新提交")
PASSWORD_PAGES = ("accounts_staff.change_password", "accounts_staff.save_password")


class BrowserSessions(LoginManager):  # type: ignore[misc]  # Flask-Login has no types
    """Flask-Login without its remember-me cookie, which reads the session on every answer."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


login_manager = BrowserSessions()


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentOrganisation:
    """What the frame of the staff pages shows of the organisation acted for."""

    name: str
    may_switch: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of the dashboard that a room brings: `render` gives markup, or "" for nothing.

    A room's staff_views names its panels in `dashboard_panels`.
    """

    position: int
    roles: tuple[Role, ...]
    render: Callable[[Identity, datetime], str]


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
    login_manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals.update(
        staff_menu=staff_menu,
        current_user=current_user,  # loaded only by pages that name it
        current_organisation=LocalProxy(_organisation),
    )
    app.after_request(_keep_out_of_caches)


def _load(session_id: str) -> Identity | None:
    now = clock.now()
    seen = _seen_at()
    if is_idle(seen, now):
        g.sign_in_reason = IDLE
        return None
    identity = queries.find_signed_in(session_id, now=now)
    if identity is None:
        g.sign_in_reason = OVER
    elif seen is None or now - seen > SEEN_STEP:
        cookie[SEEN] = now.isoformat(timespec="seconds")
    return identity


def _seen_at() -> datetime | None:
    try:
        return datetime.fromisoformat(cookie.get(SEEN, ""))
    except ValueError:
        return None


def _keep_out_of_caches(response: Response) -> Response:
    """Forbid every cache to keep what was made for one person or program."""
    if g.get("is_personal"):
        response.headers["Cache-Control"] = "no-store"
    return response


def _organisation() -> CurrentOrganisation | None:
    if not current_user.is_authenticated:
        return None
    return CurrentOrganisation(
        name=staff().organisation_name, may_switch=len(staff().organisations) > 1
    )


def requires(*roles: Role) -> Callable[[View], View]:
    """Guard: a signed-in member of staff with any of `roles` in its present organisation."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.is_personal = True
            if not current_user.is_authenticated:
                return to_sign_in()
            if not staff().has(*roles):
                raise RoleMissing
            if staff().must_change_password and request.endpoint not in PASSWORD_PAGES:
                return redirect(url_for("accounts_staff.change_password"), 303)
            return view(*args, **kwargs)

        guard = Guard(kind="requires", needs=tuple(role.value for role in roles))
        return mark(cast("View", guarded), guard)

    return decorate


def signed_in(view: View) -> View:
    """Guard: any signed-in member of staff, whatever its role."""
    return requires(*Role)(view)


def to_sign_in() -> Any:
    """Send a person to the sign-in page, say why, and come back afterwards."""
    if WHO in cookie:
        del cookie[WHO]
        flash(str(g.get("sign_in_reason", OVER)), "warning")
        if request.method != "GET":
            flash(str(NOT_SAVED), "warning")
    address = url_for("accounts.sign_in", next=_page_to_return_to())
    if request.headers.get("HX-Request"):
        return Response("", 401, {"HX-Redirect": address})
    return redirect(address, 303)


def _page_to_return_to() -> str:
    if request.method == "GET":
        return request.full_path.rstrip("?")
    has_page = "GET" in current_app.url_map.bind("localhost").allowed_methods(request.path)
    return request.path if has_page else ""


def staff() -> Identity:
    """Give who acts in a view guarded by `requires`."""
    return cast("Identity", current_user._get_current_object())  # noqa: SLF001 - Flask-Login's way to the value


def api_scope(scope: Scope) -> Callable[[View], View]:
    """Guard: an API token with `scope`, whose account may use it."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.is_personal = True
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
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
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
        guard: Guard = getattr(view, ATTRIBUTE)  # put there by the guard below it
        entries.append(
            MenuEntry(
                endpoint=endpoint, label=label, icon=icon, position=position, roles=guard.needs
            )
        )
    app.extensions["guanbiao.menu"] = sorted(entries, key=lambda entry: entry.position)


def collect_panels(app: Flask, modules: Iterable[object]) -> None:
    """Gather the dashboard from the rooms that bring panels."""
    found = [panel for module in modules for panel in getattr(module, "dashboard_panels", ())]
    app.extensions["guanbiao.panels"] = sorted(found, key=lambda panel: panel.position)


def panels(now: datetime) -> list[str]:
    """Give the panels that the present staff sees, in order, empty ones left out."""
    brought: list[Panel] = current_app.extensions["guanbiao.panels"]
    shown = [panel.render(staff(), now) for panel in brought if staff().has(*panel.roles)]
    return [markup for markup in shown if markup]


def staff_menu() -> list[tuple[str, str, str, bool]]:
    """List (label, address, icon, is the present page) of the pages the present staff may open."""
    if not current_user.is_authenticated or staff().must_change_password:
        return []
    mine = {role.value for role in staff().roles}
    entries = [
        (entry, url_for(entry.endpoint))
        for entry in current_app.extensions["guanbiao.menu"]
        if mine & set(entry.roles)
    ]
    present = _nearest([address for _entry, address in entries])
    return [
        (str(entry.label), address, entry.icon, address == present) for entry, address in entries
    ]


def _nearest(addresses: list[str]) -> str | None:
    """Give the menu's address that the present page stands below; the dashboard is only itself."""
    above = [
        address
        for address in addresses
        if request.path == address
        or (request.path.startswith(address.rstrip("/") + "/") and not address.endswith("/"))
    ]
    return max(above, key=len, default=None)
