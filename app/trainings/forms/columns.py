"""The columns of the table of trainings: their titles in both languages, and an example."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.kit.errors import Text
from app.kit.texts import lazy as _

ASIDE = ("※", "*")
YES = frozenset({"是", "需要", "yes", "y", "true", "1", "√", "需审核"})
MODES = {
    "现场": "onsite",
    "现场培训": "onsite",
    "线下": "onsite",
    "onsite": "onsite",
    "on-site": "onsite",
    "on site": "onsite",
    "直播": "livestream",
    "网络直播": "livestream",
    "线上": "livestream",
    "livestream": "livestream",
    "online": "livestream",
    "混合": "hybrid",
    "现场+直播": "hybrid",
    "hybrid": "hybrid",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its title, other titles it is known by, an example, its width."""

    label: Text
    others: tuple[str, ...]
    example: str = ""
    width: int = 14


FIELDS = {
    "title": Field(
        _("标题"), ("标题", "title", "场次标题", "场次名称"), "质量管理体系贯标实务", 34
    ),
    "title_en": Field(_("英文标题"), ("英文标题", "english title", "title_en"), "", 24),
    "mode": Field(_("方式"), ("方式", "mode", "method", "培训方式"), "现场", 10),
    "day": Field(_("日期"), ("日期", "date", "day", "培训日期"), "2027-03-19", 13),
    "starts_at": Field(
        _("开始时间"), ("开始时间", "start", "start time", "starts", "开始"), "09:00", 10
    ),
    "ends_at": Field(_("结束时间"), ("结束时间", "end", "end time", "ends", "结束"), "12:00", 10),
    "lesson_title": Field(_("节次名称"), ("节次名称", "lesson", "lesson title"), "", 16),
    "city": Field(_("城市"), ("城市", "city", "举办城市"), "广州市", 11),
    "venue": Field(_("地点"), ("地点", "venue", "place", "培训地点", "场地"), "", 22),
    "course": Field(_("课程"), ("课程", "course", "课程名称"), "", 22),
    "programme": Field(_("培训计划"), ("培训计划", "programme", "program"), "", 22),
    "cluster": Field(_("产业集群"), ("产业集群", "cluster", "industrial cluster"), "", 16),
    "capacity_onsite": Field(
        _("现场名额"), ("现场名额", "onsite places", "places on site"), "100", 10
    ),
    "capacity_online": Field(
        _("线上名额"), ("线上名额", "online places", "places online"), "0", 10
    ),
    "per_enterprise_limit": Field(
        _("每家企业上限"),
        ("每家企业上限", "limit per enterprise", "enterprise limit", "per enterprise"),
        "5",
        12,
    ),
    "requires_approval": Field(
        _("需要审核"), ("需要审核", "approval", "needs approval", "requires approval"), "否", 10
    ),
    "signup_opens_at": Field(
        _("报名开始时间"),
        ("报名开始时间", "sign-up opens", "sign-up opens at", "signup opens"),
        "",
        18,
    ),
    "signup_closes_at": Field(
        _("报名截止时间"),
        ("报名截止时间", "sign-up closes", "sign-up closes at", "signup closes", "报名截止"),
        "2027-03-18 18:00",
        18,
    ),
    "trainers": Field(_("讲师"), ("讲师", "trainers", "trainer"), "", 16),
    "online_url": Field(_("直播地址"), ("直播地址", "stream address", "online url"), "", 24),
    "contact_phone": Field(
        _("咨询电话"), ("咨询电话", "contact phone", "phone"), "020-12345678", 16
    ),
    "summary": Field(
        _("简介"),
        (
            "简介",
            "summary",
        ),
        "面向小微企业质量负责人的半天课程",
        34,
    ),
    "body": Field(_("内容介绍"), ("内容介绍", "description", "body"), "", 34),
}
NOTES: tuple[Text, ...] = (
    _("※ 说明：以※开头的行不会导入；标题、方式、日期、开始时间、结束时间必填，其他可留空。"),
    _("※ 方式填“现场”“直播”或“混合”；日期如2027-03-19，时间如09:00。"),
    _("※ 一个场次有几节课时，从第二节起另起一行，标题留空，只填日期和时间。"),
    _("※ 地点、课程、培训计划填系统中已有的名称；不填报名时间时，立即开放，前一天18:00截止。"),
)


def folded(text: str) -> str:
    """Write a title or name so that width, case, spaces and stars make no difference."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s*（）()]+", " ", plain).strip()


BY_HEADER = {
    folded(text): name
    for name, field in FIELDS.items()
    for text in (name, name.replace("_", " "), *field.others)
}


def example(name: str) -> str:
    """Give the example for a column; the first one marks the row as not to be imported."""
    text = FIELDS[name].example
    return f"{ASIDE[0]} {text}" if name == "title" else text
