"""Attendance records, corrections, sheets and exports for organisers."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("attendance_staff", __name__, url_prefix="/staff")
