"""Working days, checked against dates of the official notices."""

from datetime import date

import pytest

from app.kit import working_days
from app.kit.working_days import Kind


@pytest.mark.parametrize(
    ("on", "kind", "holiday"),
    [
        ("2024-10-01", Kind.HOLIDAY, "国庆节"),
        ("2024-09-29", Kind.MAKEUP_WORKDAY, "国庆节"),
        ("2024-10-12", Kind.MAKEUP_WORKDAY, "国庆节"),
        ("2024-09-14", Kind.MAKEUP_WORKDAY, "中秋节"),
        ("2026-10-10", Kind.MAKEUP_WORKDAY, "国庆节"),
        ("2026-02-14", Kind.MAKEUP_WORKDAY, "春节"),
        ("2026-02-17", Kind.HOLIDAY, "春节"),
        ("2024-10-30", Kind.ORDINARY, None),
        ("2026-03-21", Kind.WEEKEND, None),
    ],
)
def test_kind_of_announced_dates(on: str, kind: Kind, holiday: str | None) -> None:
    day = working_days.kind_of(date.fromisoformat(on))
    assert (day.kind, day.holiday and str(day.holiday), day.is_certain) == (kind, holiday, True)


def test_working_day_counts_makeup_saturdays_and_not_holidays() -> None:
    dates = ["2026-02-14", "2026-02-17", "2026-03-21", "2026-03-20"]
    found = [working_days.is_working_day(date.fromisoformat(on)) for on in dates]
    assert found == [True, False, False, True]


def test_year_not_announced_says_so_and_takes_monday_to_friday() -> None:
    friday, saturday = date(2099, 1, 2), date(2099, 1, 3)
    assert working_days.kind_of(friday).kind is Kind.UNKNOWN_YEAR
    assert not working_days.kind_of(friday).is_certain
    assert working_days.is_working_day(friday)
    assert not working_days.is_working_day(saturday)


def test_is_known_year_is_true_for_announced_years_only() -> None:
    assert [working_days.is_known_year(year) for year in (2003, 2004, 2026, 2099)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_every_named_holiday_has_its_chinese_name() -> None:
    days = [date.fromordinal(n) for n in range(date(2004, 1, 1).toordinal(), 739981)]
    names = {str(d.holiday) for d in map(working_days.kind_of, days) if d.holiday}
    assert [name for name in names if name.isascii()] == []
