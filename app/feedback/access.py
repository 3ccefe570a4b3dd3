"""The guard of answers sent by programs: the code of a ticket of that very training."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import request

from app.accounts.access import bearer
from app.kit import tokens
from app.kit.errors import Unauthenticated
from app.kit.guards import Guard, mark
from app.registrations import queries as registrations
from app.registrations.errors import TicketNotFound
from app.registrations.models import Ticket

View = TypeVar("View", bound=Callable[..., Any])


def with_ticket_code(view: View) -> View:
    """Guard: a ticket's code in the Authorization header or the body; the view gets `ticket=`."""

    @functools.wraps(view)
    def guarded(training_id: str, **values: Any) -> Any:
        return view(ticket=_ticket(training_id), training_id=training_id, **values)

    return mark(cast("View", guarded), Guard(kind="with_ticket"))


def _ticket(training_id: str) -> Ticket:
    """Find the ticket; one of another training is as good as none."""
    code = bearer() or _code_in_body()
    if not code:
        raise Unauthenticated
    token_id = tokens.read(code, tokens.Purpose.TICKET)
    if token_id is None:
        raise TicketNotFound
    ticket = registrations.get_ticket(token_id)
    if ticket.attendee.registration.training.public_id != training_id:
        raise TicketNotFound
    return ticket


def _code_in_body() -> str:
    body = request.get_json(silent=True)
    code = body.get("ticket_code") if isinstance(body, dict) else None
    return code.strip() if isinstance(code, str) else ""
