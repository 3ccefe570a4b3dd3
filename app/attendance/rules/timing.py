"""Dates, times and durations as platforms write them, into instants."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY = re.compile(
    r"(?:(?P<year>\d{4})\s*[-/.年]\s*)?(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
)
_CLOCK = re.compile(
    r"(?P<half>上午|下午|中午|晚上|凌晨|am|pm)?\s*"
    r"(?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})(?:\s*[:分]\s*(?P<second>\d{1,2})(?:\.\d+)?)?\s*[秒分]?"
    r"\s*(?P<after>am|pm)?"
)
_OFFSET = re.compile(
    r"(?P<zulu>z)|(?:gmt|utc)?\s*(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?"
)
_PARTS = re.compile(
    r"(?:(?P<hours>\d+(?:\.\d+)?)\s*(?:小时|个小时|时|hours?|hrs?|h))?\s*"
    r"(?:(?P<minutes>\d+(?:\.\d+)?)\s*(?:分钟|分|minutes?|mins?|m))?\s*"
    r"(?:(?P<seconds>\d+(?:\.\d+)?)\s*(?:秒钟|秒|seconds?|secs?|s))?"
)
_COLONS = re.compile(
    r"(?:(?P<days>\d+) days?, )?(?P<hours>\d{1,3}):(?P<minutes>\d{2}):(?P<seconds>\d{2})"
)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - day zero of spreadsheets, wall-clock time
_SERIALS = range(20_000, 80_000)  # 1954 to 2119
_AFTERNOON = frozenset({"下午", "晚上", "pm"})
_NOON = 12
_LONGEST = timedelta(days=2)


def read_instant(cell: object, *, day: date, zone: tzinfo) -> datetime | None:
    """Give the instant in a cell; a time alone is of the lesson's `day`. None when it is none.

    A time without offset is wall-clock time in `zone`; a date without year is of the day's year.
    """
    found = _wall(cell, day)
    if found is None:
        return None
    wall, offset = found
    return wall.replace(tzinfo=zone) if offset is None else (wall - offset).replace(tzinfo=UTC)


def _wall(cell: object, day: date) -> tuple[datetime, timedelta | None] | None:
    if isinstance(cell, datetime):
        return cell, None
    if isinstance(cell, time):
        return datetime.combine(day, cell), None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _of_serial(cell, day)
    return _of_text(cell, day) if isinstance(cell, str) else None


def _of_serial(number: float, day: date) -> tuple[datetime, None] | None:
    if 0 <= number < 1:
        start = datetime.combine(day, time())
        return start + _whole_seconds(number), None
    return (_EPOCH + _whole_seconds(number), None) if int(number) in _SERIALS else None


def _whole_seconds(days: float) -> timedelta:
    return timedelta(seconds=round(days * 86_400))


def _of_text(text: str, day: date) -> tuple[datetime, timedelta | None] | None:
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()
    dated = _DAY.match(text)
    if dated is not None:
        text = text[dated.end() :].lstrip(" t,")
        text = re.sub(r"^(?:\(?(?:周|星期)[一二三四五六日天]\)?)\s*", "", text)
    clock = _CLOCK.match(text)
    if clock is None:
        return None
    rest = text[clock.end() :].strip(" ()")
    offset = _OFFSET.fullmatch(rest) if rest else None
    if rest and offset is None:
        return None
    try:
        found = (
            date(int(dated["year"] or day.year), int(dated["month"]), int(dated["day"]))
            if dated
            else day
        )
        return datetime.combine(found, _time(clock)), _delta(offset)
    except ValueError:
        return None


def _time(clock: re.Match[str]) -> time:
    hour, half = int(clock["hour"]), clock["half"] or clock["after"]
    if half in _AFTERNOON and hour < _NOON:
        hour += _NOON
    elif half in {"am", "上午", "凌晨"} and hour == _NOON:
        hour = 0
    return time(hour, int(clock["minute"]), int(clock["second"] or 0))


def _delta(offset: re.Match[str] | None) -> timedelta | None:
    if offset is None:
        return None
    if offset["zulu"]:
        return timedelta()
    span = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
    return -span if offset["sign"] == "-" else span


def is_time_alone(cell: object) -> bool:
    """Tell whether a cell names a time of day and no day: it may be of the next one."""
    if isinstance(cell, str):
        return _DAY.match(unicodedata.normalize("NFKC", cell).strip()) is None
    if isinstance(cell, int | float):
        return 0 <= cell < 1
    return isinstance(cell, time)


def read_duration(cell: object, *, heading: str = "") -> timedelta | None:
    """Give the span in a cell: `1小时23分`, `01:23:45`, `83分钟`.

    A bare number counts minutes, or what its heading says (秒, 小时). None when it is no span, or
    could be read in two ways (`1:23`).
    """
    found = _span(cell, heading)
    return found if found is not None and timedelta() <= found <= _LONGEST else None


def _span(cell: object, heading: str) -> timedelta | None:
    if isinstance(cell, time):
        return timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return timedelta(seconds=round(cell * _unit_of(heading)))
    if not isinstance(cell, str):
        return None
    text = unicodedata.normalize("NFKC", cell).strip().casefold()
    if re.fullmatch(r"\d{1,6}(?:\.\d{1,4})?", text):
        return timedelta(seconds=round(float(text) * _unit_of(heading)))
    match = _COLONS.fullmatch(text) or (_PARTS.fullmatch(text) if text else None)
    if match is None:
        return None
    parts = {name: float(value) for name, value in match.groupdict().items() if value}
    return timedelta(**parts)


def _unit_of(heading: str) -> int:
    text = heading.casefold()
    if "秒" in text or "sec" in text or "(s)" in text:
        return 1
    return 3600 if "小时" in text or "hour" in text else 60
