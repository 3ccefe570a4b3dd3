"""Desks, scans, roster, change feed, corrections and attendance for programs and desks."""

from app.attendance.api import desks, door, feed, records, walk_ins
from app.attendance.api.frame import blueprint

__all__ = ["blueprint", "desks", "door", "feed", "records", "walk_ins"]
