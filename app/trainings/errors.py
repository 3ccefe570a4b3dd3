"""What the trainings refuse."""

from app.kit.errors import Conflict, Invalid
from app.kit.texts import lazy as _


class MoveNotAllowed(Conflict):
    """The training's state does not lead to the state that was asked for."""

    code = "state_not_allowed"
    message = _("场次的当前状态不允许此操作，请刷新后再试")


class AlreadyChanged(Conflict):
    """Somebody else changed the training while this form was open."""

    code = "already_changed"
    message = _("在您编辑期间，该场次已被他人修改；请核对最新内容后再提交")


class NotEditable(Conflict):
    """Held, closed, accepted and cancelled trainings keep what was announced."""

    code = "not_editable"
    message = _("已举办、已归档或已取消的场次不能再修改")


class PlanInvalid(Invalid):
    """The training as planned cannot be; every fault is named."""

    code = "plan_invalid"


class NotPublishable(Invalid):
    """Something is missing that people need who read the announcement; every fault is named."""

    code = "not_publishable"
    message = _("还不能发布，请先补全以下内容")


class LessonInUse(Conflict):
    """The lesson has registrations or check-ins that would lose their meaning."""

    code = "lesson_in_use"
    message = _("该节次已有报名或签到记录，不能删除；可以修改时间，或取消整个场次")


class NotOver(Conflict):
    """A training is closed when its last lesson has ended."""

    code = "not_over"
    message = _("最后一节课结束后才能归档")
