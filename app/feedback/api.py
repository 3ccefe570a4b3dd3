"""Feedback for programs."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("feedback_api", __name__, url_prefix="/api/v1")
