"""Who may answer and when, and that figures do not show who answered what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.feedback import rules
from app.feedback.errors import AlreadyAnswered, FeedbackClosed, FeedbackNotOpen, NotAttended
from app.feedback.rules import Dimension, Standing
from tests.conftest import NOON

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("attended_until", "now", "has_answered", "refusal"),
    [
        (None, NOON, False, NotAttended),
        (NOON, NOON - SECOND, False, FeedbackNotOpen),
        (NOON, NOON, False, None),
        (NOON, NOON + 31 * DAY - SECOND, False, None),
        (NOON, NOON + 31 * DAY, False, FeedbackClosed),
        (NOON, NOON, True, AlreadyAnswered),
        (None, NOON + 99 * DAY, True, AlreadyAnswered),
    ],
)
def test_ensure_may_answer(attended_until, now, has_answered, refusal):
    standing = Standing(
        attended_until=attended_until, training_ends_at=NOON + DAY, has_answered=has_answered
    )
    if refusal is None:
        rules.ensure_may_answer(standing, now)
    else:
        with pytest.raises(refusal):
            rules.ensure_may_answer(standing, now)


@pytest.mark.parametrize(("count", "shown"), [(0, False), (4, False), (5, True)])
def test_may_show_from_five_answers_on(count, shown):
    assert rules.may_show(count) is shown


def test_figures_of_known_counts():
    found = rules.figures(Dimension.CONTENT, (10, 6, 0, 0, 4))
    assert (found.mean, found.satisfied_percent) == (3.9, 80.0)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((10, 6, 5, 5, 5), (10, 6, 5, 5, 5)),
        ((10, 0, 0, 0, 0), (10, 0, 0, 0, 0)),
        ((10, 2, 0, 0, 0), (None, None, 0, 0, 0)),
        ((10, 6, 2, 0, 0), (10, 6, None, None, 0)),
        ((10, 6, 2, 7, 0), (10, 6, None, None, 0)),
        ((10, 6, 2, 1, 0), (10, 6, None, None, 0)),
        ((1, 1, 1, 1, 1), (None, None, None, None, None)),
    ],
)
def test_hide_small_hides_counts_and_what_they_follow_from(counts, shown):
    assert rules.hide_small(counts) == shown


def test_hide_small_never_leaves_one_hidden_count_alone_in_a_known_sum():
    for satisfied in range(8):
        for other in range(8):
            for third in range(8):
                shown = rules.hide_small((satisfied, other, third, other, satisfied))
                assert shown[:2].count(None) != 1
                assert shown[2:].count(None) != 1
                assert not any(count in range(1, 5) for count in shown)
