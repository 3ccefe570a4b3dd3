"""How long personal data is kept, to the instant."""

from __future__ import annotations

from datetime import UTC, datetime

from app.kit.retention import cutoff


def test_cutoff_goes_back_whole_calendar_years():
    assert cutoff(3, datetime(2026, 3, 19, 4, tzinfo=UTC)) == datetime(2023, 3, 19, 4, tzinfo=UTC)


def test_cutoff_on_a_leap_day_is_the_day_before_march():
    assert cutoff(1, datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2027, 2, 28, tzinfo=UTC)
