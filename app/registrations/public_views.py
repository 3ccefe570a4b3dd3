"""Sign-up, ticket pages and the privacy rules, for everybody."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.kit.guards import public
from app.registrations.access import with_ticket
from app.registrations.models import Ticket

blueprint = Blueprint("registrations", __name__)


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """Show what happens to people's data."""
    return render_template("pages/privacy.html")


@blueprint.get("/t/<code>")
@with_ticket
def ticket(ticket: Ticket) -> ResponseReturnValue:
    """Show a ticket."""
    return render_template("registrations/ticket.html", ticket=ticket)
