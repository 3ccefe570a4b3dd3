"""Five failures lock an account or an address for ten minutes, however they arrive."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from app.accounts.commands import throttle
from app.accounts.errors import LockedOut
from app.kit.database import unit_of_work
from tests.makers import NOON

ACCOUNT, ADDRESS, OTHER = "account", "address", "other address"


def attempt(*subjects: str, minutes: float = 0) -> bool:
    now = NOON + timedelta(minutes=minutes)
    try:
        unit_of_work(lambda: throttle.claim(subjects or (ACCOUNT, ADDRESS), now=now))
    except LockedOut:
        return False
    return True


def test_claim_allows_five_attempts_and_no_sixth(context):
    assert [attempt() for _ in range(7)] == [True] * 5 + [False] * 2


def test_claim_when_the_account_is_locked_refuses_other_addresses(context):
    for _ in range(5):
        attempt()
    assert not attempt(ACCOUNT, OTHER)


def test_claim_when_the_address_is_locked_refuses_other_accounts(context):
    for number in range(5):
        assert attempt(f"account {number}", ADDRESS)
    assert not attempt("account 6", ADDRESS)


def test_claim_when_refused_counts_nothing(context):
    for _ in range(5):
        attempt()
    attempt(ACCOUNT, OTHER)
    assert [attempt("another", OTHER) for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.parametrize(("minutes", "allowed"), [(9.9, False), (10, True)])
def test_claim_after_a_lock_of_ten_minutes_starts_again(context, minutes, allowed):
    for _ in range(5):
        attempt()
    assert attempt(minutes=minutes) is allowed
    if allowed:
        assert [attempt(minutes=minutes) for _ in range(5)] == [True] * 4 + [False]


def test_claim_during_a_lock_does_not_prolong_it(context):
    for _ in range(5):
        attempt()
    attempt(minutes=9)
    assert attempt(minutes=10)


def test_claim_forgets_failures_that_lie_apart(context):
    assert [attempt(minutes=11 * number) for number in range(12)] == [True] * 12


def test_give_back_of_a_right_attempt_frees_it(context):
    for _ in range(20):
        assert attempt()
        unit_of_work(lambda: [throttle.give_back(subject) for subject in (ACCOUNT, ADDRESS)])


def test_give_back_lifts_the_lock_that_the_right_attempt_set(context):
    for _ in range(5):
        attempt()
    unit_of_work(lambda: throttle.give_back(ADDRESS))
    assert attempt("another", ADDRESS)


def test_forget_wipes_the_account_alone(context):
    for _ in range(5):
        attempt()
    unit_of_work(lambda: throttle.forget(ACCOUNT))
    assert attempt(ACCOUNT, OTHER)
    assert not attempt("another", ADDRESS)


def test_claims_made_at_once_are_counted_one_by_one(app):
    allowed, start = [], threading.Barrier(16)

    def guess() -> None:
        with app.app_context():
            start.wait()
            allowed.append(attempt())

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(allowed) == [False] * 11 + [True] * 5
