"""Which column of a platform's export is which: known headings, and how a header row is found.

Seen in published exports: the Tencent Meeting ones with 用户昵称/成员名称, (首次)入会时间,
(最后)退会时间/离会时间, (累计)参会时长. The others are the names that these platforms and their
English editions use on screen; whoever imports a file can always choose differently.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from app.attendance.models import Platform
from app.kit.errors import Text
from app.kit.texts import lazy as _


class Column(StrEnum):
    """What we read from a line of a log."""

    NAME = "name"
    PHONE = "phone"
    ENTERPRISE = "enterprise"
    LINK = "link"
    JOINED_AT = "joined_at"
    LEFT_AT = "left_at"
    DURATION = "duration"


LABELS: dict[Column, Text] = {
    Column.NAME: _("姓名或昵称"),
    Column.PHONE: _("手机号"),
    Column.ENTERPRISE: _("企业名称"),
    Column.LINK: _("个人链接或参训码"),
    Column.JOINED_AT: _("进入时间"),
    Column.LEFT_AT: _("离开时间"),
    Column.DURATION: _("时长"),
}
PLATFORMS: dict[Platform, Text] = {
    Platform.TENCENT_MEETING: _("腾讯会议"),
    Platform.DINGTALK: _("钉钉"),
    Platform.WECOM: _("企业微信"),
    Platform.GENERIC: _("其他平台"),
}


def _split(headings: str) -> tuple[str, ...]:
    return tuple(headings.split("|"))


# The likelier heading stands first: it wins when a file has several of one kind
EVERYWHERE: dict[Column, tuple[str, ...]] = {
    Column.NAME: _split(
        "姓名|真实姓名|用户姓名|学员姓名|成员姓名|参会人姓名|名字|用户昵称|成员昵称|昵称|"
        "成员名称|用户名称|参会人|参会成员|参会者|与会者|用户名|用户|成员|name|full name|"
        "display name|nickname|user name|username|participant|participant name|attendee|"
        "attendee name|member|member name|user"
    ),
    Column.PHONE: _split(
        "手机号|手机号码|手机|联系电话|联系方式|电话|电话号码|移动电话|phone|phone number|"
        "mobile|mobile number|mobile phone|cell phone|tel"
    ),
    Column.ENTERPRISE: _split(
        "企业名称|企业|单位名称|单位|工作单位|公司名称|公司|所属企业|所属单位|所在企业|"
        "所在单位|enterprise|company|company name|organization|organisation|employer"
    ),
    Column.LINK: _split(
        "参训码|个人链接|专属链接|入会链接|参会链接|签到码|ticket|ticket code|join link|"
        "join url|personal link|customer data"
    ),
    Column.JOINED_AT: _split(
        "入会时间|首次入会时间|进入时间|首次进入时间|加入时间|首次加入时间|进会时间|"
        "进入会议时间|进入直播间时间|首次进入直播间时间|进入直播时间|开始观看时间|"
        "首次观看时间|上线时间|签到时间|开始时间|join time|joined at|time joined|"
        "first join time|first joined|first join|entry time|enter time|time entered|"
        "check-in time|start time"
    ),
    Column.LEFT_AT: _split(
        "退会时间|最后退会时间|离会时间|最后离会时间|离开时间|最后离开时间|退出时间|"
        "最后退出时间|离开会议时间|退出会议时间|离开直播间时间|最后离开直播间时间|"
        "离开直播时间|结束观看时间|最后观看时间|下线时间|签退时间|结束时间|leave time|"
        "left at|time left|last leave time|last left|last leave|exit time|time exited|"
        "check-out time|end time"
    ),
    Column.DURATION: _split(
        "参会时长|累计参会时长|入会时长|累计入会时长|会议时长|与会时长|观看时长|"
        "累计观看时长|直播观看时长|观看直播时长|总观看时长|在线时长|学习时长|停留时长|"
        "时长|duration|total duration|time in meeting|attendance duration|watch time|"
        "viewing time|watch duration"
    ),
}
# Where a platform's own word goes before the common ones
FIRST: dict[Platform, dict[Column, tuple[str, ...]]] = {
    Platform.TENCENT_MEETING: {Column.NAME: ("用户昵称", "成员名称", "昵称")},
    Platform.DINGTALK: {Column.DURATION: ("观看时长", "直播观看时长"), Column.NAME: ("姓名",)},
    Platform.WECOM: {Column.NAME: ("姓名", "成员")},
    Platform.GENERIC: {},
}
_UNITS = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_NOISE = re.compile(r"[\s_:：*]+")
_FEWEST = 2  # headings that make a row the header


def folded(heading: str) -> str:
    """Give a heading as it is compared: no units, no spaces, one case, one width."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return _NOISE.sub("", _UNITS.sub("", text))


def guess(header: Sequence[str], platform: Platform) -> dict[Column, str]:
    """Say which heading of a file is which column, as far as they are known."""
    by_folded = {folded(heading): heading for heading in reversed(header) if heading}
    found: dict[Column, str] = {}
    for column in Column:
        for known in (*FIRST[platform].get(column, ()), *EVERYWHERE[column]):
            heading = by_folded.get(folded(known))
            if heading is not None and heading not in found.values():
                found[column] = heading
                break
    return found


def header_row(rows: Iterable[Sequence[object]]) -> int:
    """Give which of the first rows is the header: files begin with the meeting's title and date."""
    best, place = _FEWEST - 1, 0
    for number, cells in enumerate(rows):
        known = sum(isinstance(cell, str) and folded(cell) in _KNOWN for cell in cells)
        if known > best:
            best, place = known, number
    return place


def sufficient(mapping: Mapping[Column, str]) -> bool:
    """Tell whether lines can be read: somebody, and from when until when."""
    somebody = {Column.NAME, Column.PHONE, Column.LINK} & set(mapping)
    return bool(
        somebody
        and Column.JOINED_AT in mapping
        and {Column.LEFT_AT, Column.DURATION} & set(mapping)
    )


_KNOWN = {folded(heading) for names in EVERYWHERE.values() for heading in names}
