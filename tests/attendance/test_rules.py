"""Verdicts as a truth table; the record as a fold that no order of arrival can change."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.attendance.models import Credit, Direction, FactKind, Verdict
from app.attendance.rules.folding import Basis, FactValue, Why, basis_in, fold, is_inside_at
from app.attendance.rules.policy import Policy
from app.attendance.rules.verdicts import (
    Door,
    Place,
    Span,
    believed,
    code_in,
    flags_of,
    judge,
)
from app.attendance.rules.wording import CREDITS, DIRECTIONS, FLAGS, KINDS, MESSAGES, MISMATCH
from app.registrations.models import AttendeeState
from app.trainings.models import TrainingState
from tests.attendance.people import NINE

LENGTH = 180
CASES = json.loads(Path(__file__).with_name("verdicts.json").read_text("utf-8"))["cases"]
BASIS = Basis(starts_at=NINE, ends_at=NINE + timedelta(minutes=LENGTH), policy=Policy())


def at(minute: float):
    return NINE + timedelta(minutes=minute)


def span(minute: int) -> Span:
    return Span(starts_at=at(minute), ends_at=at(minute + LENGTH))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verdict(case):
    stands = case.get("place", {})
    place = (
        None
        if stands is None
        else Place(
            training_id=2 if stands.get("training") == "other" else 1,
            state=AttendeeState(stands.get("state", "confirmed")),
            is_revoked=stands.get("revoked", False),
        )
    )
    door = Door(
        training_id=1,
        training_state=TrainingState(case.get("training", "published")),
        span=span(0),
        siblings=[span(minute) for minute in case.get("siblings", [])],
    )
    given_verdict = judge(
        place,
        door,
        direction=Direction(case.get("direction", "in")),
        is_inside=case.get("inside", False),
        at=at(case.get("minute", 0)),
    )
    assert given_verdict == case["verdict"]


def test_the_table_has_every_verdict():
    assert {case["verdict"] for case in CASES} == set(Verdict)


@pytest.mark.parametrize(
    ("ahead", "believed_minute"), [(-60, -60), (0, 0), (2, 2), (2.1, 0), (60, 0)]
)
def test_clock_is_believed_up_to_two_minutes_ahead(ahead, believed_minute):
    assert believed(at(ahead), received_at=at(0)) == at(believed_minute)


def test_flags_say_what_is_remarkable():
    door = Door(training_id=1, training_state=TrainingState.CLOSED, span=span(0))
    assert flags_of(door, at(900), at(10), is_manual=True) == [
        "clock_ahead",
        "outside_window",
        "after_close",
        "manual",
    ]
    assert flags_of(door, at(10), at(10), is_manual=False) == ["after_close"]


@pytest.mark.parametrize(
    "text",
    [
        "k1.abc.def",
        "  k1.abc.def\r\n",
        "https://peixun.example/t/k1.abc.def",
        "https://peixun.example/t/k1.abc.def/?lang=en#top",
        "ｋ1．abc．def",
    ],
)
def test_code_is_found_in_what_was_scanned(text):
    assert code_in(text) == "k1.abc.def"


def test_every_value_has_its_words():
    assert set(MESSAGES) == {*Verdict, MISMATCH}
    assert set(CREDITS) == set(Credit)
    assert set(KINDS) == set(FactKind)
    assert set(DIRECTIONS) == set(Direction)
    by_rule = {"clock_ahead", "outside_window", "after_close", "manual"}
    by_way = {"late_upload", "walk_in", "spot_check", "shared_phone"}
    assert set(FLAGS) == by_rule | by_way


def fact(uid: str, minute: float, kind=FactKind.DOOR_SCAN, **values) -> FactValue:
    plain = {"direction": Direction.IN, "verdict": Verdict.ADMITTED, "desk_id": 1}
    if kind is not FactKind.DOOR_SCAN:
        plain = {}
    return FactValue(
        **{"uid": uid, "kind": kind, "effective_at": at(minute), "received_at": at(minute)}
        | plain
        | values
    )


def out(uid: str, minute: float, **values) -> FactValue:
    return fact(uid, minute, direction=Direction.OUT, verdict=Verdict.OUT, **values)


@pytest.mark.parametrize(
    ("facts", "credit", "minutes", "why"),
    [
        ([], Credit.ABSENT, 0, Why.NEVER_IN),
        ([fact("a", 0)], Credit.PRESENT, 180, Why.STAYED),
        ([fact("a", 170)], Credit.PRESENT, 10, Why.STAYED),
        ([fact("a", -30), out("b", 108)], Credit.PRESENT, 108, Why.ENOUGH),
        ([fact("a", 0), out("b", 107)], Credit.PARTIAL, 107, Why.TOO_SHORT),
        ([fact("a", 0), out("b", 60), fact("c", 120)], Credit.PRESENT, 120, Why.ENOUGH),
        ([out("b", 60)], Credit.ABSENT, 0, Why.NEVER_IN),
        ([fact("a", 0, verdict=Verdict.TOO_EARLY)], Credit.ABSENT, 0, Why.NEVER_IN),
        ([fact("w", 0, FactKind.WATCH, ends_at=at(120))], Credit.PRESENT, 120, Why.ENOUGH),
        (
            [
                fact("w", 0, FactKind.WATCH, ends_at=at(60)),
                fact("x", 30, FactKind.WATCH, ends_at=at(90)),
                fact("y", 80, FactKind.WATCH, ends_at=at(85)),
            ],
            Credit.PARTIAL,
            90,
            Why.TOO_SHORT,
        ),
        ([fact("p", 5, FactKind.PAPER)], Credit.PRESENT, 175, Why.STAYED),
        (
            [fact("a", 0), fact("u", 1, FactKind.UNDO, target_uid="a")],
            Credit.ABSENT,
            0,
            Why.NEVER_IN,
        ),
        (
            [fact("a", 0), fact("c", 9, FactKind.CORRECTION, credit=Credit.EXCUSED)],
            Credit.EXCUSED,
            180,
            Why.CORRECTED,
        ),
        (
            [
                fact("d", 8, FactKind.CORRECTION, credit=Credit.PRESENT),
                fact("c", 9, FactKind.CORRECTION, credit=Credit.PARTIAL),
                fact("u", 10, FactKind.UNDO, target_uid="c"),
            ],
            Credit.PRESENT,
            0,
            Why.CORRECTED,
        ),
    ],
)
def test_fold(facts, credit, minutes, why):
    record = fold(facts, BASIS)
    assert (record.credit, record.minutes, record.evidence["why"]) == (credit, minutes, why)


@pytest.mark.parametrize(
    ("facts", "is_conflict"),
    [
        ([fact("a", 0, desk_id=1), fact("b", 5, desk_id=1)], False),
        ([fact("a", 0, desk_id=1), fact("b", 5, desk_id=2)], True),
        ([fact("a", 0, desk_id=1), out("b", 5), fact("c", 9, desk_id=2)], False),
    ],
)
def test_conflict_is_two_desks_without_leaving(facts, is_conflict):
    assert fold(facts, BASIS).is_conflict is is_conflict


def test_basis_is_read_back_from_the_evidence():
    assert basis_in(json.loads(json.dumps(fold([], BASIS).evidence))) == BASIS


def test_needed_minutes_are_rounded_up():
    assert Basis(starts_at=at(0), ends_at=at(45), policy=Policy(amount=61)).needed == 28


def test_inside_is_judged_just_before_the_instant():
    facts = [fact("a", 0), out("b", 10)]
    assert [is_inside_at(facts, at(minute), "z") for minute in (-1, 0, 5, 11)] == [
        False,
        True,
        True,
        False,
    ]


SIX = [
    fact("a", 0, desk_id=1),
    fact("b", 5, desk_id=2),
    out("c", 60, desk_id=3),
    fact("d", 61, desk_id=1),
    fact("e", 70, FactKind.UNDO, target_uid="b"),
    fact("f", 71, FactKind.CORRECTION, credit=Credit.PARTIAL),
]


@pytest.mark.parametrize("size", range(1, len(SIX) + 1))
def test_every_order_of_up_to_six_facts_folds_to_the_same(size):
    for chosen in itertools.combinations(SIX, size):
        folded = {repr(fold(order, BASIS)) for order in itertools.permutations(chosen)}
        assert len(folded) == 1


moves = st.builds(
    lambda uid, minute, desk, is_out, refused: fact(
        f"u{uid}",
        minute,
        desk_id=desk,
        direction=Direction.OUT if is_out else Direction.IN,
        verdict=Verdict.TOO_LATE if refused else Verdict.ADMITTED,
    ),
    st.integers(0, 40),
    st.integers(-100, 230),
    st.integers(1, 3),
    st.booleans(),
    st.sampled_from([False, False, False, True]),
)
undos = st.builds(
    lambda uid, target, minute: fact(f"z{uid}", minute, FactKind.UNDO, target_uid=f"u{target}"),
    st.integers(0, 3),
    st.integers(0, 40),
    st.integers(0, 200),
)
fact_sets = st.lists(st.one_of(moves, moves, moves, undos), max_size=14, unique_by=lambda f: f.uid)


def second_by_second(facts) -> tuple:
    """Amount facts to a record in the plainest way: look at every minute of the day."""
    undone = {one.target_uid for one in facts if one.kind is FactKind.UNDO}
    left = [
        one
        for one in facts
        if one.kind is FactKind.DOOR_SCAN
        and one.verdict is not Verdict.TOO_LATE
        and one.uid not in undone
    ]
    entries, inside, minutes, first, last_out, conflict, desk = [], False, 0, None, None, False, 0
    for minute in range(-100, 231):
        for one in sorted((f for f in left if f.effective_at == at(minute)), key=lambda f: f.uid):
            if one.direction is Direction.IN:
                entries.append(one)
                first = first or one
                conflict = conflict or (inside and one.desk_id != desk)
                desk = desk if inside else one.desk_id
                inside = True
            elif inside:
                inside, last_out = False, one.effective_at
        minutes += inside and 0 <= minute < LENGTH
    return (
        bool(entries),
        minutes,
        first.effective_at if first else None,
        first.desk_id if first else None,
        last_out,
        inside,
        conflict,
    )


@settings(max_examples=300, deadline=None)
@given(fact_sets, st.randoms(use_true_random=False))
def test_fold_equals_looking_at_every_minute_for_any_order_and_repetition(facts, random):
    shuffled = [*facts, *random.sample(facts, len(facts) // 2)]
    random.shuffle(shuffled)
    record = fold(shuffled, BASIS)
    assert second_by_second(facts) == (
        record.first_in_at is not None,
        record.minutes,
        record.first_in_at,
        record.first_in_desk_id,
        record.last_out_at,
        record.is_inside,
        record.is_conflict,
    )
    assert record == fold(facts, BASIS)
