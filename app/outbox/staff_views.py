"""The page that shows organisers what was sent, failed, or waits."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("outbox_staff", __name__, url_prefix="/staff/letters")
