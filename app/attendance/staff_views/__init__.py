"""Pages on which staff see and decide who attended."""

from app.attendance.staff_views import (
    appeals,
    board,
    conflicts,
    desks,
    hall,
    late_scans,
    log_lines,
    logs,
    paper,
    people,
    policies,
    queue_files,
    spot_checks,
    tables,
)
from app.attendance.staff_views.frame import blueprint

__all__ = [
    "appeals",
    "blueprint",
    "board",
    "conflicts",
    "desks",
    "hall",
    "late_scans",
    "log_lines",
    "logs",
    "paper",
    "people",
    "policies",
    "queue_files",
    "spot_checks",
    "tables",
]
