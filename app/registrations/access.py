"""The guards of tickets and registrations: a code, a grant in the browser, a token, or a scope."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import g
from flask import session as cookie

from app.accounts import access
from app.accounts.rules import Identity, Scope
from app.audit.rules import PUBLIC, Actor
from app.kit import tokens
from app.kit.errors import Unauthenticated
from app.kit.guards import Guard, mark
from app.registrations import queries
from app.registrations.errors import GroupNotFound, RegistrationNotFound, TicketNotFound
from app.registrations.models import Registration, Ticket

View = TypeVar("View", bound=Callable[..., Any])

GRANTS = "registrations"
GRANTS_MAXIMUM = 20  # the cookie is small; older grants are had again through the link
CONTACT = "contact"
TICKETS = "tickets"
TICKETS_MAXIMUM = 5


def with_ticket(view: View) -> View:
    """Guard: the address carries the code of an unrevoked ticket; the view gets `ticket=`."""

    @functools.wraps(view)
    def guarded(code: str, **values: Any) -> Any:
        return view(ticket=_ticket(code), **values)

    return mark(cast("View", guarded), Guard(kind="with_ticket"))


def with_group(view: View) -> View:
    """Guard: the address carries the code of a registration's card; the view gets it."""

    @functools.wraps(view)
    def guarded(code: str, **values: Any) -> Any:
        registration_id = tokens.read(code, tokens.Purpose.GROUP)
        if registration_id is None:
            raise GroupNotFound
        return view(registration=queries.get_group(registration_id), **values)

    return mark(cast("View", guarded), Guard(kind="with_group"))


def _ticket(code: str) -> Ticket:
    token_id = tokens.read(code, tokens.Purpose.TICKET)
    if token_id is None:
        raise TicketNotFound
    return queries.get_ticket(token_id)


def grant(registration_id: str, manage_token_id: str) -> None:
    """Let this browser manage a registration: whoever signed up or came by the manage link."""
    held = {k: v for k, v in cookie.get(GRANTS, {}).items() if k != registration_id}
    recent = list(held.items())[-(GRANTS_MAXIMUM - 1) :]
    cookie[GRANTS] = dict([*recent, (registration_id, manage_token_id)])
    cookie.permanent = True


def remember_ticket(token_id: str) -> None:
    """Let this browser check in as the holder of a ticket it has opened; never the whole code."""
    known = opened_tickets()
    if token_id not in known:
        cookie[TICKETS] = [*known, token_id][-TICKETS_MAXIMUM:]


def opened_tickets() -> list[str]:
    """List the tickets (token ids) that this browser has opened of late."""
    return list(cookie.get(TICKETS, []))


def with_manage_grant(view: View) -> View:
    """Guard: this browser was granted the registration in the address; the view gets it whole."""

    @functools.wraps(view)
    def guarded(registration_id: str, **values: Any) -> Any:
        token_id = cookie.get(GRANTS, {}).get(registration_id)
        if token_id is None:
            raise RegistrationNotFound
        registration = queries.get_registration(registration_id, manage_token_id=token_id)
        return view(registration=registration, **values)

    return mark(cast("View", guarded), Guard(kind="with_manage_grant"))


def manage_token_or_scope(scope: Scope) -> Callable[[View], View]:
    """Guard: the token at the end of `manage_url`, or an API token of staff with `scope`."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if _manage_token_id() is None:
                if not access.bearer():
                    raise Unauthenticated
                access.ensure_scope(scope)
            return view(*args, **kwargs)

        return mark(
            cast("View", guarded), Guard(kind="manage_token_or_scope", needs=(scope.value,))
        )

    return decorate


def _manage_token_id() -> str | None:
    if "manage_token_id" not in g:
        g.manage_token_id = tokens.read(access.bearer(), tokens.Purpose.MANAGE)
    return cast("str | None", g.manage_token_id)


def staff_caller() -> Identity | None:
    """Give the staff behind the present API request, or None when a contact sent it."""
    return None if _manage_token_id() is not None else access.caller()


def is_staff() -> bool:
    """Tell whether staff, not a contact, sent the present API request."""
    return staff_caller() is not None


def may_write() -> bool:
    """Tell whether the caller may change what it sees, and so may have its credentials."""
    staff = staff_caller()
    return staff is None or Scope.REGISTRATIONS_WRITE in staff.scopes


def anybody() -> Actor:
    """Say that nobody known acts."""
    return PUBLIC


def registration_for_caller(registration_id: str) -> Registration:
    """Give the registration if the caller may see it; RegistrationNotFound otherwise."""
    token_id = _manage_token_id()
    if token_id is not None:
        return queries.get_registration(registration_id, manage_token_id=token_id)
    organisation_id = access.caller().organisation_id
    return queries.get_registration(registration_id, organisation_id=organisation_id)


def caller_actor(registration: Registration) -> Actor:
    """Say who acts in the present API request: staff, or the contact of the registration."""
    staff = staff_caller()
    return staff.actor if staff is not None else contact_actor(registration)


def contact_actor(registration: Registration) -> Actor:
    """Say that the contact of a registration acts, by the registration's id: no personal data."""
    return Actor(kind=CONTACT, id=registration.public_id, organisation_id=None)


def caller_principal(registration: Registration) -> str:
    """Give whose idempotency keys the present API request uses."""
    actor = caller_actor(registration)
    return f"{actor.kind}:{actor.id}"
