"""Pages on which staff see and decide who attended."""

from app.attendance.staff_views import board, conflicts, desks, late_scans, people, tables
from app.attendance.staff_views.frame import blueprint

__all__ = ["blueprint", "board", "conflicts", "desks", "late_scans", "people", "tables"]
