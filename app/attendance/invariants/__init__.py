"""What must hold of attendance: of facts and records, and of desks."""

from app.attendance.invariants import desks, logs, records

CHECKS = (*records.CHECKS, *desks.CHECKS, *logs.CHECKS)

__all__ = ["CHECKS", "desks", "logs", "records"]
