"""Pages on which staff see and decide who attended."""

from app.attendance.staff_views import board, people, tables
from app.attendance.staff_views.frame import blueprint

__all__ = ["blueprint", "board", "people", "tables"]
