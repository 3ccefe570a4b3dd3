"""The words that the desk's own program shows, in the visitor's language."""

from __future__ import annotations

from typing import Any

from app.attendance.models import Verdict
from app.kit.texts import translate as _


def desk_texts() -> dict[str, Any]:
    """Give every text of the desk's program by its name; `{…}` is filled in there."""
    return {
        "verdicts": _verdicts(),
        "directions": {"in": _("签到"), "out": _("签退")},
        "states": {
            "pending": _("待审核"),
            "waitlisted": _("候补"),
            "cancelled": _("已取消"),
            "rejected": _("未通过"),
        },
        "cameraFaults": {
            "NotAllowedError": _("没有相机权限"),
            "NotFoundError": _("没有找到相机，请用扫码枪、手工输入或按姓名查找"),
            "NotReadableError": _("相机正被其他程序使用，请关闭后再试"),
            "OverconstrainedError": _("所选相机不可用，请换一个"),
            "InsecureContext": _("只有在安全连接（https）下才能使用相机，请改用拍照识别"),
            "other": _("相机或识别程序无法启动，请改用拍照识别或手工输入"),
        },
        "first": _("首次签到：{time} {desk}"),
        "conflict": _("此码在两台设备上签到，请核对本人"),
        "nobody": _("未识别人员"),
        "nobodyFound": _("没有找到，请核对姓名或手机号后四位"),
        "searchOffline": _("网络不通，暂时不能查找，请扫码"),
        "checkInNamed": _("为{name}办理"),
        "inside": _("已在场内"),
        "undone": _("已撤销"),
        "undoOffline": _("网络不通，未能撤销，请稍后再试"),
        "reasonMissing": _("请填写撤销原因，至少2个字"),
        "starting": _("正在启动…"),
        "looking": _("请将参训码对准方框"),
        "cameraOff": _("相机已关闭"),
        "cameraNumber": _("相机{number}"),
        "noCodeInPhoto": _("照片中没有识别到参训码，请靠近一些、对准光线再拍"),
        "waitingHelp": _("网络不通，已在本机记下，恢复后自动上传"),
        "online": _("在线"),
        "offline": _("离线，{count}条待上传"),
    }


def _verdicts() -> dict[str, str]:
    return {
        Verdict.ADMITTED: _("签到成功"),
        Verdict.ALREADY_IN: _("已签到"),
        Verdict.OUT: _("签退成功"),
        Verdict.NOT_IN: _("尚未签到"),
        Verdict.WRONG_TRAINING: _("不是本场次"),
        Verdict.WRONG_LESSON: _("不是本节次"),
        Verdict.NOT_CONFIRMED: _("报名未确认"),
        Verdict.CANCELLED: _("报名已取消"),
        Verdict.REVOKED: _("此码已作废"),
        Verdict.TOO_EARLY: _("未到签到时间"),
        Verdict.TOO_LATE: _("签到时间已过"),
        Verdict.UNKNOWN: _("无法识别"),
        "uid_mismatch": _("请重新扫码"),
        "unreadable": _("请重新扫码"),
        "waiting": _("已记下，待上传"),
    }
