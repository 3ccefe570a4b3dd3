"""Leases: one holder, a fence that only rises, nothing kept of who lost it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import Organisation, OrganisationKind
from app.kit import leases
from app.kit.database import db, unit_of_work
from app.kit.leases import LEASE_SECONDS, LeaseLost
from tests.makers import NOON

NAME = "example"
OVER = NOON + timedelta(seconds=LEASE_SECONDS)


def acquire(holder: str, now=NOON):
    return unit_of_work(lambda: leases.acquire(NAME, holder, now=now))


def test_acquire_when_nobody_holds_it_then_the_fence_is_one(context):
    assert acquire("a").fence == 1


def test_acquire_when_somebody_holds_it_then_none(context):
    acquire("a")
    assert acquire("b", OVER - timedelta(microseconds=1)) is None


def test_acquire_when_the_holder_renews_then_the_fence_stays(context):
    acquire("a")
    assert acquire("a", NOON + timedelta(seconds=5)).fence == 1
    assert acquire("b", OVER) is None  # renewed until five seconds later


def test_acquire_when_it_has_expired_then_the_fence_rises(context):
    acquire("a")
    assert acquire("b", OVER).fence == 2
    assert acquire("a", OVER + timedelta(seconds=LEASE_SECONDS)).fence == 3


def write() -> None:
    db.session.add(Organisation(name="示例局", kind=OrganisationKind.EXECUTOR, created_at=NOON))


def test_unit_of_work_when_the_lease_was_lost_then_nothing_is_written(context):
    stale = acquire("a")
    acquire("b", OVER)
    with pytest.raises(LeaseLost):
        stale.unit_of_work(write)
    assert db.session.scalar(select(func.count(Organisation.id))) == 0


def test_unit_of_work_when_the_lease_is_held_then_it_is_written(context):
    acquire("a").unit_of_work(write)
    assert db.session.scalar(select(func.count(Organisation.id))) == 1


def test_release_then_the_next_one_need_not_wait_and_the_old_one_may_not_write(context):
    tenure = acquire("a")
    unit_of_work(lambda: leases.release(tenure, now=NOON))
    with pytest.raises(LeaseLost):
        tenure.unit_of_work(write)
    assert acquire("b").fence == 3


def test_release_when_the_lease_was_lost_then_the_new_holder_keeps_it(context):
    stale = acquire("a")
    acquire("b", OVER)
    unit_of_work(lambda: leases.release(stale, now=OVER))
    assert leases.find(NAME).holder == "b"


def test_is_held_goes_by_the_time_of_the_database(context):
    assert not leases.is_held(NAME)
    acquire("a", leases.database_now())
    assert leases.is_held(NAME)
    unit_of_work(
        lambda: leases.acquire(NAME, "a", now=leases.database_now() - timedelta(minutes=1))
    )
    assert not leases.is_held(NAME)
