"""The refusals of desks and of people who correct attendance."""

from __future__ import annotations

from app.kit.errors import Conflict
from app.kit.texts import lazy as _


class AttendanceLocked(Conflict):
    """The training is closed, accepted or cancelled: its record no longer changes."""

    code = "attendance_locked"
    message = _("场次已结项或已取消，出勤记录已锁定，请先重新打开场次")


class NothingToUndo(Conflict):
    """The named record does not exist in this lesson, or it was undone before."""

    code = "nothing_to_undo"
    message = _("没有可以撤销的记录，可能已被撤销，请刷新后核对")


class DeskClosed(Conflict):
    """A desk cannot be opened for this training in its present state."""

    code = "desk_closed"
    message = _("场次未发布、已结项或已取消，不能启用签到台")


class ScanMismatch(Conflict):
    """The same uid was used before for something else."""

    code = "uid_mismatch"
    message = _("同一记录编号已用于另一份内容，请换用新的编号")


class InvitationUsed(Conflict):
    """Another phone became a desk by this code; it is good once."""

    code = "invitation_used"
    message = _("此邀请码已被使用，请在签到台管理页重新生成")


class InvitationExpired(Conflict):
    """The code was not used in time."""

    code = "invitation_expired"
    message = _("此邀请码已过期，请在签到台管理页重新生成")


class NothingToSettle(Conflict):
    """The named record is no conflict (any more)."""

    code = "nothing_to_settle"
    message = _("这条记录没有待核对的冲突，可能已被处理，请刷新后核对")


class NothingToReview(Conflict):
    """No late scan of those named waits for a decision."""

    code = "nothing_to_review"
    message = _("没有待处理的补传记录，可能已被处理，请刷新后核对")
