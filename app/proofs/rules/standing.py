"""Whether proofs may be issued, and how long a batch's claim and archive last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kit.errors import Text
from app.kit.texts import lazy as _
from app.proofs.errors import NotOverYet
from app.proofs.models import BatchState, RevokeReason
from app.trainings.models import TrainingState

LEASE = timedelta(seconds=60)
ARCHIVE_KEPT = timedelta(days=30)
MAXIMUM_PEOPLE = 10_000
ISSUING = frozenset({TrainingState.HELD, TrainingState.CLOSED, TrainingState.ACCEPTED})
UNDER_WAY = frozenset({BatchState.WAITING, BatchState.WORKING})
REASONS: dict[RevokeReason, Text] = {
    RevokeReason.REPLACED: _("信息更正，已更换新证明"),
    RevokeReason.MISTAKE: _("发放有误"),
    RevokeReason.ATTENDANCE: _("出勤记录更正后未达到要求"),
    RevokeReason.REQUEST: _("应本人或企业要求"),
}
CHOICES = (RevokeReason.MISTAKE, RevokeReason.ATTENDANCE, RevokeReason.REQUEST)
STATES: dict[BatchState, tuple[Text, str]] = {
    BatchState.WAITING: (_("等待开始"), "info"),
    BatchState.WORKING: (_("进行中"), "info"),
    BatchState.DONE: (_("已完成"), "success"),
    BatchState.CANCELLED: (_("已取消"), "neutral"),
    BatchState.FAILED: (_("没有完成"), "danger"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on a batch as long as its fence is this one."""

    batch_id: int
    fence: int


def ensure_may_issue(state: TrainingState, ends_at: datetime, now: datetime) -> None:
    """Raise NotOverYet before the training is held and its last lesson has ended."""
    if state not in ISSUING or now < ends_at:
        raise NotOverYet
