"""Registrations and attendees for programs."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("registrations_api", __name__, url_prefix="/api/v1")
