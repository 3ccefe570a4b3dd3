"""The words for verdicts, credits, remarks, and for why a record is what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from app.attendance.models import Credit, Direction, FactKind, Verdict
from app.attendance.rules.folding import Why
from app.attendance.rules.folding.basis import CREDITS as WHY_CREDITS
from app.attendance.rules.policy import Policy
from app.attendance.rules.spans import whole_minutes
from app.kit.errors import Text
from app.kit.languages import clock_time
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
    "late_upload": _("签到台停用后补传，经核对采纳"),
    "shared_phone": _("同一部手机为多人签到"),
    "walk_in": _("未报名，现场登记"),
    "spot_check": _("抽查在场"),
}


_SEEN: dict[str, Text] = {
    FactKind.DOOR_SCAN: _("现场%(begins)s—%(ends)s"),
    FactKind.PAPER: _("纸质签到%(begins)s—%(ends)s"),
    FactKind.SELF_CHECKIN: _("自助签到%(begins)s—%(ends)s"),
    FactKind.WATCH: _("观看直播%(begins)s—%(ends)s"),
    FactKind.IMPORT: _("会议记录%(begins)s—%(ends)s"),
}
_ENOUGH = _("达到要求的%(needed)s分钟")
_REASONS: dict[str, Text] = {
    Why.NEVER_IN: _("没有签到记录"),
    Why.NOT_ACCEPTED: _("只有本场次规则不采信的记录"),
    Why.STAYED: _("已签到，没有签退记录，按在场至结束计"),
    Why.ENOUGH: _ENOUGH,
    Why.TOO_SHORT: _("不足要求的%(needed)s分钟"),
    Why.NO_EXIT: _("没有签退记录，不足要求的%(needed)s分钟"),
    Why.CORRECTED: _("人工更正：%(reason)s"),
}
_HEAD = _("%(total)s分钟中在场%(minutes)s分钟：%(parts)s")
_OLD_HEAD = _("在场%(minutes)s分钟")
_MORE = _("等%(count)s段")
_LATE = _("迟到%(minutes)s分钟以内不计")
_EARLY = _("早退%(minutes)s分钟以内不计")
_RESULT = _("%(why)s → %(credit)s")
_BETWEEN_PARTS, _BETWEEN_REASONS = _("、"), _("；")
_UNSEEN = frozenset({Why.NEVER_IN, Why.NOT_ACCEPTED, Why.CORRECTED})
Say = Callable[[Text], str]


def sentence(evidence: Mapping[str, Any] | None, say: Say = str) -> str:
    """Say in one sentence why a record (its evidence) counts as it does.

    Times are of the organisation's zone; `say` gives a text in the reader's language.
    """
    if not evidence:
        return say(_REASONS[Why.NEVER_IN])
    why = Why(evidence["why"])
    values = {"needed": evidence["needed"], "reason": evidence.get("reason", "")}
    reasons = [say(_REASONS[why]) % values]
    if evidence.get("parts") and why not in _UNSEEN:
        reasons = [_seen(evidence, say), *reasons, *_tolerated(evidence, say)]
    elif why in {Why.ENOUGH, Why.TOO_SHORT}:
        reasons.insert(0, say(_OLD_HEAD) % {"minutes": evidence["minutes"]})
    told = say(_BETWEEN_REASONS).join(reasons)
    credit = evidence.get("credit") or WHY_CREDITS.get(why)
    if credit is None or why is Why.NEVER_IN:
        return told
    return say(_RESULT) % {"why": told, "credit": say(CREDITS[credit])}


def _seen(evidence: Mapping[str, Any], say: Say) -> str:
    told = [
        say(_SEEN[kind]) % {"begins": _clock(begins), "ends": _clock(ends)}
        for kind, begins, ends in evidence["parts"]
    ]
    parts = say(_BETWEEN_PARTS).join(told)
    if "parts_count" in evidence:
        parts += say(_MORE) % {"count": evidence["parts_count"]}
    total = datetime.fromisoformat(evidence["ends_at"]) - datetime.fromisoformat(
        evidence["starts_at"]
    )
    values = {"total": whole_minutes(total), "minutes": evidence["minutes"], "parts": parts}
    return say(_HEAD) % values


def _tolerated(evidence: Mapping[str, Any], say: Say) -> list[str]:
    rule = evidence["rule"]
    return [
        say(text) % {"minutes": rule[limit]}
        for name, limit, text in (
            ("late_tolerated", "late_tolerance_minutes", _LATE),
            ("early_tolerated", "early_leave_tolerance_minutes", _EARLY),
        )
        if evidence.get(name)
    ]


def _clock(instant: str) -> str:
    return clock_time(datetime.fromisoformat(instant))


def explainer() -> Callable[[Mapping[str, Any] | None], str]:
    """Give a function that says why, for many records: each text is looked up once."""
    known: dict[int, str] = {}

    def say(text: Text) -> str:
        if id(text) not in known:  # texts of this module live as long as it does
            known[id(text)] = str(text)
        return known[id(text)]

    def explain(evidence: Mapping[str, Any] | None) -> str:
        return sentence(evidence, say)

    return explain


def outcome_sentence(present: int, total: int, policy: Policy) -> str:
    """Say in one sentence what the whole training counts: `present` of `total` lessons."""
    return translate(
        "共%(total)s节，出席%(present)s节，要求出席%(needed)s节",
        total=total,
        present=present,
        needed=policy.needed_lessons(total),
    )
