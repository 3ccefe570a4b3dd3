"""What an organiser is warned of and may do all the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.kit.errors import Text


class ClashKind(StrEnum):
    """What two things want at once, or what a day is."""

    VENUE = "venue"
    TRAINER = "trainer"
    HOLIDAY = "holiday"
    WEEKEND = "weekend"
    MAKEUP_WORKDAY = "makeup_workday"
    UNKNOWN_YEAR = "unknown_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """One warning: never a refusal."""

    kind: ClashKind
    at: datetime
    text: Text
    training_id: str = ""  # public id of the other training
