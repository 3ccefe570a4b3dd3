"""Summary and export of feedback for organisers."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("feedback_staff", __name__, url_prefix="/staff")
