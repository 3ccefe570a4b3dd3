"""The words for verdicts, credits, remarks, and for why a record is what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from app.attendance.models import Credit, Direction, FactKind, Verdict
from app.attendance.rules.folding import Why
from app.attendance.rules.policy import Policy
from app.kit.errors import Text
from app.kit.texts import lazy as _
from app.kit.texts import translate

MISMATCH: Literal["uid_mismatch"] = "uid_mismatch"

MESSAGES: dict[str, Text] = {
    Verdict.ADMITTED: _("签到成功"),
    Verdict.ALREADY_IN: _("已签到，无需重复操作"),
    Verdict.OUT: _("签退成功"),
    Verdict.NOT_IN: _("尚未签到，不能签退"),
    Verdict.WRONG_TRAINING: _("此码属于其他场次，请核对场次"),
    Verdict.WRONG_LESSON: _("现在是另一节次的签到时间，请打开该节次的签到台"),
    Verdict.NOT_CONFIRMED: _("报名尚未确认（待审核或候补），请联系主办方"),
    Verdict.CANCELLED: _("报名已取消，请联系主办方"),
    Verdict.REVOKED: _("此码已作废，请出示最新的参训码"),
    Verdict.TOO_EARLY: _("尚未到签到时间"),
    Verdict.TOO_LATE: _("签到时间已过"),
    Verdict.UNKNOWN: _("无法识别此码，请改用姓名或手机号后四位查找"),
    MISMATCH: _("同一记录编号的内容前后不一致，请重新扫码"),
}

CREDITS: dict[str, Text] = {
    Credit.PRESENT: _("出席"),
    Credit.PARTIAL: _("部分出席"),
    Credit.ABSENT: _("缺席"),
    Credit.EXCUSED: _("请假"),
}
TONES: dict[str, str] = {
    Credit.PRESENT: "success",
    Credit.PARTIAL: "warning",
    Credit.ABSENT: "danger",
    Credit.EXCUSED: "neutral",
}
KINDS: dict[str, Text] = {
    FactKind.DOOR_SCAN: _("现场扫码"),
    FactKind.SELF_CHECKIN: _("自助签到"),
    FactKind.WATCH: _("观看直播"),
    FactKind.IMPORT: _("导入记录"),
    FactKind.PAPER: _("纸质签到表"),
    FactKind.CORRECTION: _("人工更正"),
    FactKind.UNDO: _("撤销记录"),
    FactKind.RESOLUTION: _("冲突核对"),
}
DIRECTIONS: dict[str, Text] = {Direction.IN: _("签到"), Direction.OUT: _("签退")}
FLAGS: dict[str, Text] = {
    "clock_ahead": _("设备时间过快，按收到时间计"),
    "outside_window": _("不在签到时间内"),
    "after_close": _("场次结项后收到"),
    "manual": _("按姓名查找后签到"),
}


def sentence(evidence: Mapping[str, Any] | None) -> str:
    """Say in one sentence why a record (its evidence) counts as it does."""
    if not evidence:
        return translate("没有签到记录")
    why, minutes, needed = Why(evidence["why"]), evidence["minutes"], evidence["needed"]
    if why is Why.NEVER_IN:
        return translate("没有签到记录")
    if why is Why.STAYED:
        return translate("已签到，没有签退记录，按在场至结束计")
    if why is Why.ENOUGH:
        return translate(
            "在场%(minutes)s分钟，达到要求的%(needed)s分钟", minutes=minutes, needed=needed
        )
    if why is Why.TOO_SHORT:
        return translate(
            "在场%(minutes)s分钟，不足要求的%(needed)s分钟", minutes=minutes, needed=needed
        )
    return translate("人工更正：%(reason)s", reason=evidence.get("reason", ""))


def explainer() -> Callable[[Mapping[str, Any] | None], str]:
    """Give a function that says why; equal reasons are worded once."""
    known: dict[tuple[Any, ...], str] = {}

    def explain(evidence: Mapping[str, Any] | None) -> str:
        given = evidence or {}
        key = tuple(given.get(name) for name in ("why", "minutes", "needed", "reason"))
        if key not in known:
            known[key] = sentence(evidence)
        return known[key]

    return explain


def outcome_sentence(present: int, total: int, policy: Policy) -> str:
    """Say in one sentence what the whole training counts: `present` of `total` lessons."""
    return translate(
        "共%(total)s节，出席%(present)s节，要求出席%(needed)s节",
        total=total,
        present=present,
        needed=policy.needed_lessons(total),
    )
