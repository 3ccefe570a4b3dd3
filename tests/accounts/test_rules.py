"""What is strong enough, what ends, and who may hold what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts.errors import AuditorAlone, WeakPassword
from app.accounts.models import Role
from app.accounts.rules import (
    SCOPES_OF_ROLE,
    ensure_separated,
    ensure_strong,
    is_idle,
    is_password_old,
)
from app.kit import passwords
from tests.makers import NOON


def faults(password: str, *, email: str = "li.lei@example.com", is_old_one: bool = False):
    try:
        ensure_strong(password, email=email, is_old_one=is_old_one, field="new")
    except WeakPassword as refusal:
        return [fault.code for fault in refusal.faults]
    return []


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("Abcdefgh12", []),
        ("abcdefg-12", []),
        ("Abcdefg12", ["too_short"]),
        ("abcdefghij12", ["too_simple"]),
        ("培训-Abcdefg", []),
        ("xLi.Lei-2026", ["contains_name"]),
        ("li.lei", ["too_short", "too_simple", "contains_name"]),
    ],
)
def test_ensure_strong_names_every_fault_at_once(password, codes):
    assert faults(password) == codes


def test_ensure_strong_refuses_the_old_password():
    assert faults("Abcdefgh12", is_old_one=True) == ["unchanged"]


def test_new_password_follows_the_policy_and_never_repeats():
    made = {passwords.new_password() for _ in range(50)}
    assert len(made) == 50
    assert [faults(password) for password in made] == [[]] * 50


@pytest.mark.parametrize(("minutes", "idle"), [(0, False), (30, False), (30.1, True), (600, True)])
def test_is_idle_after_more_than_thirty_minutes(minutes, idle):
    assert is_idle(NOON, NOON + timedelta(minutes=minutes)) is idle


def test_is_idle_when_never_seen():
    assert is_idle(None, NOON)


@pytest.mark.parametrize(("days", "old"), [(0, False), (90, False), (91, True)])
def test_is_password_old_after_ninety_days(days, old):
    assert is_password_old(NOON, NOON + timedelta(days=days)) is old


def test_ensure_separated_refuses_auditor_with_admin():
    with pytest.raises(AuditorAlone):
        ensure_separated(frozenset({Role.AUDITOR, Role.ADMIN, Role.TRAINER}))


@pytest.mark.parametrize("roles", [{Role.AUDITOR}, {Role.ADMIN, Role.ORGANISER}, set()])
def test_ensure_separated_allows_the_rest(roles):
    ensure_separated(frozenset(roles))


def test_those_who_grant_and_those_who_audit_hold_no_scope():
    assert SCOPES_OF_ROLE[Role.ADMIN] | SCOPES_OF_ROLE[Role.AUDITOR] == frozenset()
