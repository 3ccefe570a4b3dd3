"""Trainings and programme figures for programs."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("trainings_api", __name__, url_prefix="/api/v1")
