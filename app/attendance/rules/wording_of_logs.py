"""The words for how a line of a log came to its person, and their tones."""

from __future__ import annotations

from app.attendance.models import Match
from app.kit.errors import Text
from app.kit.texts import lazy as _

MATCHES: dict[Match, tuple[Text, str]] = {
    Match.SUGGESTED: (_("待核对"), "warning"),
    Match.UNMATCHED: (_("未匹配"), "danger"),
    Match.LINK: (_("个人链接"), "success"),
    Match.PHONE: (_("手机号一致"), "success"),
    Match.NAME: (_("姓名和企业一致"), "success"),
    Match.CHOSEN: (_("人工选定"), "info"),
    Match.IGNORED: (_("已忽略"), "neutral"),
}
