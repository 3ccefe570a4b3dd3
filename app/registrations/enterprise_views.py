"""An enterprise contact's place: its registration, changes, cards."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("registrations_my", __name__, url_prefix="/my")
