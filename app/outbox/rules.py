"""What a letter is before it is stored, when it is tried again, and how people are told of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kit.errors import Text
from app.kit.mail import Mail
from app.kit.texts import lazy as _
from app.outbox.models import LetterState

LEASE = timedelta(seconds=60)
ATTEMPTS_ALLOWED = 100  # with the longest pause about two days
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=30)

KINDS: dict[str, Text] = {
    "registration_pending": _("报名待审核"),
    "registration_confirmed": _("报名成功"),
    "registration_partly_waitlisted": _("部分人员候补"),
    "registration_waitlisted": _("进入候补"),
    "registration_added": _("增加参训人员"),
    "registration_replaced": _("更换参训人员"),
    "registration_approved": _("审核通过"),
    "registration_rejected": _("审核未通过"),
    "registration_promoted": _("候补转正"),
    "registration_cancelled": _("报名取消"),
    "training_moved": _("场次变更"),
    "training_cancelled": _("场次取消"),
    "appeal_answered": _("出勤异议答复"),
}
STATES: dict[LetterState, tuple[Text, str]] = {
    LetterState.WAITING: (_("等待发送"), "info"),
    LetterState.SENDING: (_("正在发送"), "info"),
    LetterState.SENT: (_("已发送"), "success"),
    LetterState.FAILED: (_("发送失败"), "danger"),
    LetterState.CANCELLED: (_("已取消"), "neutral"),
}
REASONS: dict[str, Text] = {
    "no answer": _("邮件服务器没有响应"),
    "cut off": _("发送途中连接中断，对方可能已经收到"),
    "tls": _("无法与邮件服务器建立安全连接"),
    "bad address": _("收件地址不是有效的邮箱"),
    "not supported": _("邮件服务器不支持这个收件地址"),
    "not writable": _("邮件目录无法写入"),
}
TOKENS = re.compile(r"[a-z0-9]{1,8}\.[0-9a-z]{26}(?:-[0-9a-z]{1,9})?\.[A-Za-z0-9_-]{22}")
PHONES = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A rendered message, and the occasion that it may be sent for once.

    `key` names the occasion (kind, subject, recipient, slot) and is unique for ever; `kind` is
    what organisers filter by (`registration_confirmed`); the subject is the thing it is about.
    """

    mail: Mail
    key: str
    kind: str
    organisation_id: int
    subject_kind: str
    subject_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to carry one letter once; its fence is void when somebody else claims it later."""

    letter_id: int
    fence: int
    attempts: int
    message_id: str
    created_at: datetime
    sender_name: str
    mail: Mail


def pause_after(attempts: int, *, chance: float) -> timedelta:
    """Give how long to wait after so many failed attempts: 10 s doubling up to 30 min.

    `chance` from 0 to 1 spreads the pause over 75 to 100 % of it, so that letters that failed
    together do not come back together.
    """
    doublings = min(max(attempts - 1, 0), 16)
    whole: timedelta = min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
    return whole * (0.75 + 0.25 * chance)


def is_final(attempts: int, *, is_permanent: bool) -> bool:
    """Tell whether a failed letter needs a person now."""
    return is_permanent or attempts >= ATTEMPTS_ALLOWED


def masked(recipient: str) -> str:
    """Show an address so that its owner knows it and others do not learn it: `z***@example.com`."""
    name, at, domain = recipient.rpartition("@")
    return f"{name[:1]}***@{domain}" if at else "***"


def headline(subject: str) -> Text:
    """Give a letter's subject for people; one that was emptied after its time says so."""
    return redacted(subject) if subject else _("内容已过保存期限，已删除")


def kind(code: str) -> Text:
    """Name a kind of letter for people; one that nobody has named is shown as it is."""
    return KINDS.get(code, code)


def state(code: LetterState) -> tuple[Text, str]:
    """Name a state for people, with the tone of its badge."""
    return STATES[code]


def reason(code: str) -> Text:
    """Say why a letter was not taken, from the code that the delivery left."""
    if code.startswith("smtp 5"):
        return _("邮件服务器拒收（代码%(code)s）", code=code[5:])
    if code.startswith("smtp "):
        return _("邮件服务器暂时不收（代码%(code)s）", code=code[5:])
    return REASONS.get(code, code)


def redacted(text: str) -> str:
    """Show what a letter said without the codes that open doors and without whole phones."""
    return PHONES.sub(r"\1****\2", TOKENS.sub("***", text))
