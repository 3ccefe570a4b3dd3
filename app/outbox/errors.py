"""The refusals of the outbox."""

from __future__ import annotations

from app.kit.errors import Conflict
from app.kit.texts import lazy as _


class LetterNotFailed(Conflict):
    """Only a letter that failed for good, or was cancelled, can be put back into the queue."""

    code = "letter_not_failed"
    message = _("只有发送失败或已取消的邮件可以重新发送，请刷新后查看最新状态")


class LetterNotWaiting(Conflict):
    """A letter that is on its way or delivered cannot be called back."""

    code = "letter_not_waiting"
    message = _("邮件正在发送或已经发出，无法取消")
