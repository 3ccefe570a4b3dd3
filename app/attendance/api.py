"""Scans, roster, change feed, corrections and attendance for programs."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("attendance_api", __name__, url_prefix="/api/v1")
