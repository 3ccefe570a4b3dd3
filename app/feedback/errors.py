"""What feedback refuses."""

from __future__ import annotations

from app.kit.errors import Conflict
from app.kit.texts import lazy as _


class NotAttended(Conflict):
    """Only who was there says how it was."""

    code = "not_attended"
    message = _("只有签到参加过的人员可以评价。如果您参加了但没有签到，请联系主办单位补录")


class FeedbackNotOpen(Conflict):
    """The lesson that was attended is not over."""

    code = "feedback_not_open"
    message = _("课程结束后即可评价，请稍后再来")


class FeedbackClosed(Conflict):
    """The time for feedback is over."""

    code = "feedback_closed"
    message = _("评价已于培训结束30天后截止，感谢您的关注")


class AlreadyAnswered(Conflict):
    """One attendee answers once."""

    code = "already_answered"
    message = _("您已评价过本场培训，每人只能评价一次，谢谢")


class TooFewAnswers(Conflict):
    """So few answers would show who said what."""

    code = "too_few_answers"
    message = _("收到5份评价后才能查看和导出，以免看出是谁填写的")
