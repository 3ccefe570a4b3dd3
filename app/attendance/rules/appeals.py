"""When a record may be objected to, and what an objection comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.attendance.errors import AppealsClosed
from app.attendance.models import AppealState
from app.kit.errors import Text
from app.kit.texts import lazy as _
from app.trainings.models import TrainingState

OPEN_STATES = frozenset({TrainingState.PUBLISHED, TrainingState.HELD})
FILE_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})
MAX_BYTES = 10 * 1024 * 1024
FOLDER = "appeals"  # below MEDIA_DIR

STATES: dict[str, Text] = {
    AppealState.OPEN: _("待处理"),
    AppealState.ACCEPTED: _("已采纳"),
    AppealState.DECLINED: _("未采纳"),
    AppealState.WITHDRAWN: _("已撤回"),
}
TONES: dict[str, str] = {
    AppealState.OPEN: "warning",
    AppealState.ACCEPTED: "success",
    AppealState.DECLINED: "danger",
    AppealState.WITHDRAWN: "neutral",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What it depends on whether a lesson's record may be objected to."""

    state: TrainingState
    lesson_ends_at: datetime
    training_ends_at: datetime
    days: int

    def is_open(self, now: datetime) -> bool:
        """Tell whether the lesson is over, the time is not, and the record is not locked."""
        closes_at = self.training_ends_at + timedelta(days=self.days)
        return (
            self.state in OPEN_STATES and self.days > 0 and self.lesson_ends_at <= now <= closes_at
        )


def ensure_open(window: Window, now: datetime) -> None:
    """Raise AppealsClosed when nobody may object now."""
    if not window.is_open(now):
        raise AppealsClosed
