"""A rule in words: one short sentence for each thing it asks."""

from __future__ import annotations

from app.attendance.models import FactKind
from app.attendance.rules.policy import STRENGTH, WHOLE, Measure, Policy
from app.attendance.rules.wording import KINDS
from app.kit.errors import Text
from app.kit.texts import lazy as _
from app.kit.texts import translate

MEASURES: dict[str, Text] = {
    Measure.PERCENT: _("按课时比例（百分比）"),
    Measure.MINUTES: _("按分钟数"),
}
PRESENCES: tuple[tuple[str, Text, Text], ...] = (
    ("entry", _("只需签到"), _("没有签退记录的，按在场至结束计，并计为出席。")),
    ("exit", _("需签到并签退"), _("没有签退记录的，只计其他来源能证明的时长。")),
)


def sources() -> list[tuple[str, str]]:
    """List (value, name) of the sources that a rule may accept, the strongest first."""
    return [(source.value, str(KINDS[source])) for source in STRENGTH]


def in_words(policy: Policy) -> list[str]:
    """Say a rule in sentences."""
    return [
        _length(policy),
        *_exceptions(policy),
        str(PRESENCES[policy.needs_exit][1]),
        translate("采信的来源：%(names)s", names=_names(policy.sources)),
        _lessons(policy),
        _appeals(policy),
    ]


def _length(policy: Policy) -> str:
    if policy.measure is Measure.MINUTES:
        return translate("每节在场不少于%(minutes)s分钟", minutes=policy.amount)
    return translate("每节在场不少于课时的%(percent)s%%", percent=policy.amount)


def _exceptions(policy: Policy) -> list[str]:
    told = []
    if policy.online_percent is not None:
        told.append(
            translate("线上参训人员不少于课时的%(percent)s%%", percent=policy.online_percent)
        )
    if policy.late_tolerance_minutes:
        told.append(translate("迟到%(minutes)s分钟以内不计", minutes=policy.late_tolerance_minutes))
    if policy.early_leave_tolerance_minutes:
        told.append(
            translate("早退%(minutes)s分钟以内不计", minutes=policy.early_leave_tolerance_minutes)
        )
    return told


def _names(kinds: tuple[FactKind, ...]) -> str:
    return translate("、").join(str(KINDS[kind]) for kind in kinds)


def _lessons(policy: Policy) -> str:
    if policy.lessons_percent == WHOLE:
        return translate("每节都出席才算完成培训")
    return translate("出席%(percent)s%%以上的节次算完成培训", percent=policy.lessons_percent)


def _appeals(policy: Policy) -> str:
    if not policy.appeal_days:
        return translate("培训结束后不再受理异议")
    return translate("培训结束后%(days)s天内可以提出异议", days=policy.appeal_days)
