"""Working days of the mainland: weekends, public holidays and the Saturdays that make up."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import chinese_calendar

from app.kit.texts import lazy as _
from app.kit.texts import type_of_lazy

_SATURDAY = 5
_NAMES: dict[str, type_of_lazy] = {
    "New Year's Day": _("元旦"),
    "Spring Festival": _("春节"),
    "Tomb-sweeping Day": _("清明节"),
    "Labour Day": _("劳动节"),
    "Dragon Boat Festival": _("端午节"),
    "National Day": _("国庆节"),
    "Mid-autumn Festival": _("中秋节"),
    "Anti-Fascist 70th Day": _("抗战胜利纪念日"),
}


class Kind(StrEnum):
    """What a date is for those who plan work on it."""

    ORDINARY = "ordinary"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"
    UNKNOWN_YEAR = "unknown_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One date judged: its kind, and the holiday's name when it is (or makes up for) one."""

    on: date
    kind: Kind
    holiday: type_of_lazy | str | None = None

    @property
    def is_working_day(self) -> bool:
        """Whether offices work; in a year not yet announced Monday to Friday are taken to be."""
        if self.kind is Kind.UNKNOWN_YEAR:
            return self.on.weekday() < _SATURDAY
        return self.kind in {Kind.ORDINARY, Kind.MAKEUP_WORKDAY}

    @property
    def is_certain(self) -> bool:
        """Whether the holidays of that year have been announced (and are known here)."""
        return self.kind is not Kind.UNKNOWN_YEAR


def kind_of(on: date) -> Day:
    """Judge a date; the year decides whether the answer is certain."""
    try:
        is_holiday, english = chinese_calendar.get_holiday_detail(on)
    except NotImplementedError:
        return Day(on=on, kind=Kind.UNKNOWN_YEAR)
    name = _NAMES.get(english, english) if english else None
    if is_holiday:
        return Day(on=on, kind=Kind.HOLIDAY if name else Kind.WEEKEND, holiday=name)
    if on.weekday() >= _SATURDAY:
        return Day(on=on, kind=Kind.MAKEUP_WORKDAY, holiday=name)
    return Day(on=on, kind=Kind.ORDINARY)


def is_working_day(on: date) -> bool:
    """Whether offices work on that date; see `Day.is_working_day` for unannounced years."""
    return kind_of(on).is_working_day


def is_known_year(year: int) -> bool:
    """Whether the holidays of `year` are known here."""
    return kind_of(date(year, 1, 1)).is_certain
