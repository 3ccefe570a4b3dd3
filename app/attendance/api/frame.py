"""What the calls about attendance share: their place, and what a desk may be refused."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("attendance_api", __name__, url_prefix="/api/v1")
DESK_REFUSALS = (401, 403, 404)
