"""What registrations refuse."""

from __future__ import annotations

from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.texts import lazy as _


class TrainingNotOffered(NotFound):
    """No published training has this address."""

    code = "training_not_found"
    message = _("没有找到该场次，请检查网址")


class RegistrationNotFound(NotFound):
    """No registration has this address, or not for whoever asks."""

    code = "registration_not_found"
    message = _("没有找到该报名，请使用报名确认页或通知中的链接")


class AttendeeNotFound(NotFound):
    """No attendee has this address, or not for whoever asks."""

    code = "attendee_not_found"
    message = _("没有找到该参训人员")


class TicketNotFound(NotFound):
    """No living ticket has this code."""

    code = "ticket_not_found"
    message = _("没有找到该参训码，请检查链接是否完整，或联系报名的经办人")


class GroupNotFound(NotFound):
    """No living registration has this group's code."""

    code = "group_not_found"
    message = _("没有找到该企业团体码，请联系报名的经办人")


class SignupNotOpen(Conflict):
    """Sign-up begins later."""

    code = "signup_not_open"
    message = _("报名尚未开始，请在报名开始后再提交")


class SignupClosed(Conflict):
    """Sign-up is over, or the training does not take place."""

    code = "signup_closed"
    message = _("报名已截止")


class TrainingFull(Conflict):
    """Fewer places are free than were asked for, and waiting was not wanted."""

    code = "training_full"
    message = _("名额不足，可选择候补后重新提交")


class AlreadyRegistered(Conflict):
    """A person is signed up for this training already; the faults name the rows."""

    code = "already_registered"
    message = _("该手机号已报名本场培训")


class EnterpriseLimit(Conflict):
    """The enterprise would send more people than the training takes from one."""

    code = "enterprise_limit"
    message = _("超过每家企业的人数上限，请减少参训人员")


class ChannelNotOffered(Invalid):
    """The training is not held in the way that was asked for; the faults name the rows."""

    code = "channel_not_offered"
    message = _("该场次不提供所选的参加方式")


class SamePhoneTwice(Invalid):
    """Two of the people signed up together have one phone number; the faults name the rows."""

    code = "phone_repeated"
    message = _("参训人员的手机号有重复，请分别填写本人的手机号")


class TooManyAttendees(Invalid):
    """One registration holds at most so many people."""

    code = "too_many_attendees"
    message = _("一次报名最多20人，请分批提交")


class ChangesClosed(Conflict):
    """The training has begun, is over or was cancelled: the list of people stands."""

    code = "changes_closed"
    message = _("培训已开始或已取消，不能再修改名单；如有需要请联系主办单位")


class NotLive(Conflict):
    """The place was given up or refused before."""

    code = "not_live"
    message = _("该报名已取消或未通过，不能再修改")


class NotPending(Conflict):
    """There is nothing to decide: the registration is not waiting for approval."""

    code = "not_pending"
    message = _("该报名不在待审核状态，请刷新后再试")
