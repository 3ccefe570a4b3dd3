"""Pages about attendance for people without an account."""

from app.attendance.public_views import appeals, checkin
from app.attendance.public_views.frame import blueprint

__all__ = ["appeals", "blueprint", "checkin"]
