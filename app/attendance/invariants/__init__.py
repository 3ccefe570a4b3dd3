"""What must hold of attendance: of facts and records, and of desks."""

from app.attendance.invariants import appeals, desks, letters, logs, records

CHECKS = (*records.CHECKS, *desks.CHECKS, *logs.CHECKS, *appeals.CHECKS, *letters.CHECKS)

__all__ = ["CHECKS", "appeals", "desks", "letters", "logs", "records"]
