"""Pages on which organisers see, approve and change registrations."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("registrations_staff", __name__, url_prefix="/staff")
