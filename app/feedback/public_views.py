"""The questions an attendee answers after a training."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("feedback", __name__, url_prefix="/t")
