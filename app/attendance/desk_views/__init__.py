"""The pages of a scanning desk: the app itself, and how a device becomes one."""

from app.attendance.desk_views import joining, shell
from app.attendance.desk_views.frame import blueprint

__all__ = ["blueprint", "joining", "shell"]
