"""How a desk is doing, in words: may it scan, when was it heard last, how does its clock go."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.kit.texts import translate as _

EXACT = timedelta(seconds=2)
DOUBTFUL = timedelta(minutes=2)  # beyond this a clock that is ahead is not believed
JUST_NOW = timedelta(seconds=90)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

Words = tuple[str, str]
"""What is said, and the tone in which a badge says it."""


def state_of(*, revoked_at: datetime | None, expires_at: datetime, now: datetime) -> Words:
    """Say whether a desk may scan."""
    if revoked_at is not None:
        return _("已停用"), "neutral"
    if expires_at <= now:
        return _("已失效"), "neutral"
    return _("可用"), "success"


def heard(last_seen_at: datetime | None, now: datetime) -> str:
    """Say how long ago a desk was heard of; empty when it is longer than an hour."""
    if last_seen_at is None:
        return _("尚未联系")
    past = now - last_seen_at
    if past < JUST_NOW:
        return _("刚刚")
    if past < HOUR:
        return _("%(minutes)s分钟前", minutes=past // MINUTE)
    return ""


def clock(skew_ms: int | None) -> Words:
    """Say how far the clock of a device is off (the server's minus the device's)."""
    if skew_ms is None:
        return _("未知"), "neutral"
    skew = timedelta(milliseconds=skew_ms)
    size = abs(skew)
    tone = "warning" if size > DOUBTFUL else "neutral"
    if size < EXACT:
        return _("准确"), "neutral"
    if size < MINUTE:
        seconds = round(size.total_seconds())
        words = (
            _("慢%(count)s秒", count=seconds) if skew > EXACT else _("快%(count)s秒", count=seconds)
        )
        return words, tone
    minutes = round(size / MINUTE)
    slow = skew > EXACT
    return (
        _("慢%(count)s分钟", count=minutes) if slow else _("快%(count)s分钟", count=minutes)
    ), tone


def minutes_left(until: datetime, now: datetime) -> int:
    """Give the begun minutes until an instant, never less than one."""
    return max(1, -((now - until) // MINUTE))
