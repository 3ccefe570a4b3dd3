"""The refusals of desks and of people who correct attendance."""

from __future__ import annotations

from app.kit.errors import AppError, Conflict, Invalid
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


class LogKnown(Conflict):
    """The same file was brought for this lesson before; `log` is the public id of the first."""

    code = "log_known"
    message = _("同一个文件已经导入过，请打开原来的导入记录")

    def __init__(self, log: str) -> None:
        super().__init__()
        self.log = log


class LogUnread(Conflict):
    """The columns of the log have no names yet, or have names already."""

    code = "log_unread"
    message = _("导入记录的状态已改变，请刷新后再试")


class NotOnTheList(Conflict):
    """The person is not, or no longer, a confirmed attendee."""

    code = "not_on_the_list"
    message = _("只能选择本场次已确认的参训人员")


class ArrivalOver(AppError):
    """The hall's code was scanned too long ago, or not at all by this browser."""

    status = 410
    code = "arrival_over"
    message = _("扫码已超过5分钟，请重新扫描现场屏幕上的二维码")


class RuleUnchanged(Conflict):
    """The rule in force says the same already."""

    code = "rule_unchanged"
    message = _("与现行规则相同，没有需要修改的内容")


class AppealsClosed(Conflict):
    """The lesson is not over yet, the time for appeals is, or the record is locked."""

    code = "appeals_closed"
    message = _("现在不能提出异议：节次尚未结束、异议期已过，或场次已结项")


class AppealOpen(Conflict):
    """There is one already that waits for its answer."""

    code = "appeal_open"
    message = _("这一节次已有待处理的异议，请等候答复，或撤回后重新提出")


class AppealDecided(Conflict):
    """It was answered or withdrawn in the meantime."""

    code = "appeal_decided"
    message = _("这条异议已答复或已撤回，请刷新后核对")


class AppealFileType(Invalid):
    """Evidence is a picture or a document."""

    code = "appeal_file_type"
    message = _("只能上传 PDF、JPG 或 PNG 文件")


class NotAtDoor(Conflict):
    """Nobody is let into this lesson now; the sentence says why."""

    code = "not_at_door"
    message = _("现在不能现场登记")
