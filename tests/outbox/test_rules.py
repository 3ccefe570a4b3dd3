"""When letters are tried again, and what people are shown of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.outbox import rules


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 10), (2, 20), (3, 40), (8, 1280), (9, 1800), (50, 1800), (10_000, 1800)],
)
def test_pause_after_doubles_up_to_half_an_hour(attempts, seconds):
    assert rules.pause_after(attempts, chance=1) == timedelta(seconds=seconds)
    assert rules.pause_after(attempts, chance=0) == timedelta(seconds=seconds * 0.75)


def test_a_letter_is_tried_for_a_day_at_least():
    pauses = [rules.pause_after(n, chance=0) for n in range(1, rules.ATTEMPTS_ALLOWED)]
    assert sum(pauses, timedelta()) > timedelta(days=1)


@pytest.mark.parametrize(
    ("attempts", "is_permanent", "final"), [(1, True, True), (1, False, False), (100, False, True)]
)
def test_is_final_when_refused_for_ever_or_tried_enough(attempts, is_permanent, final):
    assert rules.is_final(attempts, is_permanent=is_permanent) is final


@pytest.mark.parametrize(
    ("recipient", "shown"),
    [("zhang@example.com", "z***@example.com"), ("", "***"), ("zhang", "***")],
)
def test_masked_shows_the_first_letter_and_the_domain(recipient, shown):
    assert rules.masked(recipient) == shown


def test_redacted_hides_codes_of_links_and_middles_of_phones():
    code = f"k1.{'a' * 26}.{'B' * 22}"
    text = f"张工 13800138000：http://127.0.0.1/t/{code} 2026年"
    assert rules.redacted(text) == "张工 138****8000：http://127.0.0.1/t/*** 2026年"
