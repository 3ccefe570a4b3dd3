"""The words that the desk's own program shows, in the visitor's language."""

from __future__ import annotations

from typing import Any

from app.attendance.models import Verdict
from app.attendance.rules.wording import MESSAGES
from app.kit.texts import translate as _


def desk_texts() -> dict[str, Any]:
    """Give every text of the desk's program by its name; `{…}` is filled in there."""
    return {
        "verdicts": _verdicts(),
        "messages": {str(verdict): str(MESSAGES[verdict]) for verdict in Verdict},
        "directions": {"in": _("签到"), "out": _("签退")},
        "states": {
            "pending": _("待审核"),
            "waitlisted": _("候补"),
            "cancelled": _("已取消"),
            "rejected": _("未通过"),
        },
        "cameraFaults": _camera_faults(),
        "endings": {
            "revoked": _("签到台已停用，本机名单已清除。"),
            "expired": _("签到台已到期，本机名单已清除。"),
        },
        "usccFaults": {
            "missing": _("请填写统一社会信用代码"),
            "length": _("统一社会信用代码应为18位"),
            "character": _("统一社会信用代码由数字和大写字母组成，不使用I、O、S、V、Z"),
            "check": _("校验位不正确，请检查是否将数字0写成字母O"),
        },
        "walkInFaults": {
            "enterprise": _("请填写企业名称"),
            "name": _("请填写姓名"),
            "phone": _("请填写11位手机号"),
            "consent": _("请先征得本人同意"),
        },
        **_at_the_door(),
        **_of_the_network(),
    }


def _at_the_door() -> dict[str, str]:
    return {
        "desk": _("签到台"),
        "first": _("首次签到：{time} {desk}"),
        "late": _("迟到{minutes}分钟"),
        "conflict": _("此码在两台设备上签到，请核对本人"),
        "nobody": _("未识别人员"),
        "nameUnread": _("姓名未显示（再扫一次此人的参训码即可显示）"),
        "nobodyFound": _("没有找到，请核对姓名或手机号后四位"),
        "searchOffline": _("网络不通，暂时不能查找，请扫码"),
        "checkInNamed": _("为{name}办理"),
        "inside": _("已在场内"),
        "undone": _("已撤销"),
        "undoOffline": _("网络不通或记录尚未上传时，请选用上面列出的原因"),
        "undoRefused": _("未能撤销：{why}"),
        "reasonMissing": _("请填写撤销原因，至少2个字"),
        "starting": _("正在启动…"),
        "looking": _("请将参训码对准方框"),
        "cameraOff": _("相机已关闭"),
        "cameraNumber": _("相机{number}"),
        "noCodeInPhoto": _("照片中没有识别到参训码，请靠近一些、对准光线再拍"),
        "peopleTicked": _("{count}人"),
        "askingServer": _("本机名单里没有此码，正在请服务器核对"),
        "serverWillCheck": _(
            "本机名单里没有此码（可能是其他场次，或刚刚报名），已记下，联网后由服务器核对"
        ),
        "walkInKept": _("已加密记在本机，联网后自动办理"),
        "noRoster": _("名单尚未下载，请先连接网络"),
        "diskFault": _("未能存入本机，请立即联网上传，或改用纸质签到表"),
        "opensLater": _("{time}开始签到，现在扫码会提示尚未到签到时间。"),
        "closedAlready": _("签到已于{time}结束，需要补录请到出勤页更正。"),
    }


def _of_the_network() -> dict[str, str]:
    return {
        "online": _("在线"),
        "sending": _("在线，{count}条待上传"),
        "offline": _("离线，{count}条待上传"),
        "ended": _("已停用，{count}条待上传"),
        "asideCount": _("{count}条被搁置"),
        "asideWords": _("服务器不能办理的记录有{count}条，请导出文件交给主办方。"),
        "lastSync": _("上次同步{time}"),
        "neverSynced": _("尚未同步"),
        "endedWithQueue": _(
            "还有{count}条记录没有上传。如主办方重新给出二维码，扫码重新启用后会继续上传；"
            "否则请交主办方核对，或导出文件。"
        ),
        "endedEmpty": _("记录已全部上传，可以关闭本页。"),
        "handedOver": _("已交主办方核对，由主办方决定是否计入。"),
        "handOverOffline": _("网络不通，请稍后再试，或导出文件。"),
        "handOverRefused": _("请导出文件，交给主办方。"),
        "exported": _("文件已导出，请交给主办方，在签到台管理页导入；导入前请勿清除本机数据。"),
        "forgetWithQueue": _("还有{count}条记录没有上传，清除后无法找回。确定清除吗？"),
        "forgetEmpty": _("名单和密钥会从本机清除，再次使用需要重新启用。"),
    }


def _camera_faults() -> dict[str, str]:
    return {
        "NotAllowedError": _("没有相机权限"),
        "NotFoundError": _("没有找到相机，请用扫码枪、手工输入或按姓名查找"),
        "NotReadableError": _("相机正被其他程序使用，请关闭后再试"),
        "OverconstrainedError": _("所选相机不可用，请换一个"),
        "InsecureContext": _("只有在安全连接（https）下才能使用相机，请改用拍照识别"),
        "other": _("相机或识别程序无法启动，请改用拍照识别或手工输入"),
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
        "undo_refused": _("未能撤销"),
        "refused": _("登记未成功"),
        "kept": _("已登记"),
    }
