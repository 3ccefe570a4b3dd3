"""The tables of attendance: facts and records, desks, rules and appeals, platform logs."""

from app.attendance.models.agreements import Appeal, AppealedBy, AppealState, RuleVersion
from app.attendance.models.desks import Desk, DeskInvitation, LateScan
from app.attendance.models.facts import (
    Attendance,
    Credit,
    Direction,
    Fact,
    FactKind,
    Verdict,
)
from app.attendance.models.logs import ColumnMapping, LogLine, Match, Platform, PlatformLog

__all__ = [
    "Appeal",
    "AppealState",
    "AppealedBy",
    "Attendance",
    "ColumnMapping",
    "Credit",
    "Desk",
    "DeskInvitation",
    "Direction",
    "Fact",
    "FactKind",
    "LateScan",
    "LogLine",
    "Match",
    "Platform",
    "PlatformLog",
    "RuleVersion",
    "Verdict",
]
