"""The pages of an enterprise's contact: the registration, its people, its tickets."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.kit import tokens
from app.kit.guards import public
from app.registrations import access, queries
from app.registrations.errors import RegistrationNotFound

blueprint = Blueprint("registrations_my", __name__, url_prefix="/my")


@blueprint.get("/r/<token>")
@public
def enter(token: str) -> ResponseReturnValue:
    """Let the browser in that came by a manage link; its address then loses the token."""
    token_id = tokens.read(token, tokens.Purpose.MANAGE)
    if token_id is None:
        raise RegistrationNotFound
    registration = queries.get_managed(token_id)
    access.grant(registration.public_id, token_id)
    return redirect(url_for("registrations_my.show", registration_id=registration.public_id), 303)
