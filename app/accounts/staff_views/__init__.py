"""Pages on which staff manage accounts, their own sign-in, and read the audit log."""

from app.accounts.staff_views import account, audit_log, dashboard, people, programs, two_factor
from app.accounts.staff_views.frame import blueprint

__all__ = ["account", "audit_log", "blueprint", "dashboard", "people", "programs", "two_factor"]
