"""The rule: what it asks, what it may contain, what a whole training counts."""

from __future__ import annotations

import json

import pytest

from app.attendance.models import Credit, FactKind
from app.attendance.rules.policy import (
    STRENGTH,
    Measure,
    Policy,
    PolicyFault,
    default_policy,
    passed,
    policy_in,
)

P, A, E = Credit.PRESENT, Credit.ABSENT, Credit.EXCUSED
FULL = Policy(
    measure=Measure.MINUTES,
    amount=90,
    late_tolerance_minutes=5,
    early_leave_tolerance_minutes=10,
    needs_exit=True,
    sources=(FactKind.DOOR_SCAN, FactKind.PAPER),
    online_percent=80,
    lessons_percent=50,
    appeal_days=14,
)


@pytest.mark.parametrize("policy", [Policy(), default_policy(75), FULL])
def test_content_is_read_back_through_json(policy):
    assert policy_in(json.loads(json.dumps(policy.content()))) == policy


def test_the_default_is_the_percentage_of_the_training():
    assert default_policy(75).needed_minutes(120) == 90
    assert policy_in({}) == Policy() == default_policy(60)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"measure": "hours"}, "measure"),
        ({"amount": 0}, "amount"),
        ({"amount": 101}, "amount"),
        ({"measure": "minutes", "amount": 1441}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": "60"}, "amount"),
        ({"needs_exit": 1}, "needs_exit"),
        ({"sources": []}, "sources"),
        ({"sources": ["door_scan", "door_scan"]}, "sources"),
        ({"sources": ["correction"]}, "sources"),
        ({"sources": 5}, "sources"),
        ({"late_tolerance_minutes": 121}, "late_tolerance_minutes"),
        ({"early_leave_tolerance_minutes": -1}, "early_leave_tolerance_minutes"),
        ({"online_percent": 0}, "online_percent"),
        ({"lessons_percent": 101}, "lessons_percent"),
        ({"appeal_days": None}, "appeal_days"),
        ({"quiz": 1}, "quiz"),
    ],
)
def test_what_is_no_rule_is_refused_by_the_name_of_its_field(content, field):
    with pytest.raises(PolicyFault, match=f"^{field}$"):
        policy_in(content)


@pytest.mark.parametrize(
    ("policy", "is_online", "needed"),
    [
        (Policy(amount=61), False, 28),
        (Policy(amount=100), False, 45),
        (Policy(measure=Measure.MINUTES, amount=30), False, 30),
        (Policy(measure=Measure.MINUTES, amount=90), False, 45),
        (Policy(amount=60, online_percent=80), True, 36),
        (Policy(amount=60, online_percent=80), False, 27),
        (Policy(amount=60), True, 27),
    ],
)
def test_needed_minutes_of_a_lesson_of_45(policy, is_online, needed):
    assert policy.needed_minutes(45, is_online=is_online) == needed


@pytest.mark.parametrize(
    ("percent", "lessons", "is_passed"),
    [
        (100, [P], True),
        (100, [P, P], True),
        (100, [P, Credit.PARTIAL], False),
        (100, [P, E], False),
        (50, [P, A], True),
        (50, [P, A, A], False),
        (67, [P, P, A], False),
        (66, [P, P, A], True),
        (1, [A], False),
        (1, [], False),
    ],
)
def test_a_training_is_passed_by_its_share_of_lessons(percent, lessons, is_passed):
    assert passed(Policy(lessons_percent=percent), lessons) is is_passed


def test_corrections_and_decisions_are_no_sources_to_choose():
    left = set(FactKind) - set(STRENGTH)
    assert left == {FactKind.CORRECTION, FactKind.UNDO, FactKind.RESOLUTION}
