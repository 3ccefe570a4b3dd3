"""Many sources, one record: the union of what was seen, judged by a rule, with its reason."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask_babel import force_locale
from hypothesis import given, settings
from hypothesis import strategies as st

from app.attendance.models import Credit, Direction, FactKind, Verdict
from app.attendance.rules.folding import (
    Basis,
    FactValue,
    Why,
    basis_in,
    fold,
    is_same_evidence,
)
from app.attendance.rules.policy import STRENGTH, Measure, Policy
from app.attendance.rules.spans import Stretch, covered, merged, without
from app.attendance.rules.wording import explainer, sentence
from tests.attendance.people import NINE

LENGTH = 120
BASIS = Basis(starts_at=NINE, ends_at=NINE + timedelta(minutes=LENGTH), policy=Policy(amount=75))
DOOR, SELF, PAPER = FactKind.DOOR_SCAN, FactKind.SELF_CHECKIN, FactKind.PAPER
WATCH, IMPORT, RESOLUTION = FactKind.WATCH, FactKind.IMPORT, FactKind.RESOLUTION


def at(minute: float):
    return NINE + timedelta(minutes=minute)


def by(**values) -> Basis:
    """Give the basis with another rule."""
    return replace(BASIS, policy=replace(BASIS.policy, **values), number=3)


def fact(kind: FactKind, minute: float, until: float | None = None, **values) -> FactValue:
    plain = {"direction": Direction.IN} if kind in {DOOR, SELF, PAPER} else {}
    if kind is DOOR:
        plain |= {"verdict": Verdict.ADMITTED, "desk_id": 1}
    ends = {} if until is None else {"ends_at": at(until)}
    name = f"{kind}{minute}{until}{values}"
    moment = {"effective_at": at(minute), "received_at": at(minute)}
    return FactValue(**{"uid": name, "kind": kind} | moment | plain | ends | values)


def out(minute: float, kind: FactKind = DOOR, **values) -> FactValue:
    return fact(kind, minute, direction=Direction.OUT, **values)


@pytest.mark.parametrize(
    ("facts", "basis", "credit", "minutes", "why"),
    [
        # the union, never the sum
        ([fact(DOOR, 0), out(60), fact(WATCH, 30, 90)], BASIS, "present", 90, "enough"),
        ([fact(WATCH, 0, 50), fact(IMPORT, 0, 50)], BASIS, "partial", 50, "too_short"),
        ([fact(IMPORT, -60, -1)], BASIS, "absent", 0, "never_in"),
        ([fact(WATCH, 0, 60), fact(IMPORT, 60, 90)], BASIS, "present", 90, "enough"),
        # paper is walked on its own; an exit that the other walk knows ends the stay
        ([fact(PAPER, 0), out(90, PAPER)], BASIS, "present", 90, "enough"),
        ([fact(PAPER, 0), fact(DOOR, 5), out(30)], BASIS, "partial", 30, "too_short"),
        ([fact(DOOR, 5), fact(PAPER, 0), out(100, PAPER)], BASIS, "present", 100, "enough"),
        ([fact(PAPER, 0, 60), fact(DOOR, 60), out(91)], BASIS, "present", 91, "enough"),
        # self check-in and door are one walk
        ([fact(SELF, 0), out(89)], BASIS, "partial", 89, "too_short"),
        ([fact(DOOR, 0), out(90, SELF)], BASIS, "present", 90, "enough"),
        # an entry alone counts, unless the rule asks for an exit
        ([fact(DOOR, 110)], BASIS, "present", 10, "stayed"),
        ([fact(DOOR, 0)], by(needs_exit=True), "partial", 0, "no_exit"),
        ([fact(DOOR, 0), out(90)], by(needs_exit=True), "present", 90, "enough"),
        ([fact(DOOR, 0), fact(WATCH, 0, 95)], by(needs_exit=True), "present", 95, "enough"),
        (
            [fact(DOOR, 0), fact(PAPER, 0), out(95, PAPER)],
            by(needs_exit=True),
            "present",
            95,
            "enough",
        ),
        # tolerance
        ([fact(DOOR, 5), out(90)], by(late_tolerance_minutes=5), "present", 85, "enough"),
        ([fact(DOOR, 6), out(90)], by(late_tolerance_minutes=5), "partial", 84, "too_short"),
        (
            [fact(DOOR, 35), out(115)],
            by(early_leave_tolerance_minutes=10),
            "partial",
            80,
            "too_short",
        ),
        (
            [fact(DOOR, 35), out(115)],
            by(early_leave_tolerance_minutes=10, late_tolerance_minutes=40),
            "present",
            80,
            "enough",
        ),
        # what the rule accepts
        ([fact(IMPORT, 0, 120)], by(sources=(DOOR,)), "absent", 0, "not_accepted"),
        ([fact(IMPORT, 0, 120), fact(DOOR, 1)], by(sources=(DOOR,)), "present", 119, "stayed"),
        ([fact(SELF, 0)], by(sources=(DOOR, PAPER)), "absent", 0, "not_accepted"),
        # minutes, and a share of their own for those online
        ([fact(WATCH, 0, 45)], by(measure=Measure.MINUTES, amount=45), "present", 45, "enough"),
        (
            [fact(WATCH, 0, 45)],
            by(online_percent=30).of_channel(is_online=True),
            "present",
            45,
            "enough",
        ),
        (
            [fact(WATCH, 0, 45)],
            by(online_percent=30).of_channel(is_online=False),
            "partial",
            45,
            "too_short",
        ),
        # what people decide is above all sources and rules
        (
            [
                fact(FactKind.CORRECTION, 9, credit=Credit.PRESENT, reason="现场签字"),
                fact(IMPORT, 0, 1),
            ],
            by(sources=(DOOR,)),
            "present",
            0,
            "corrected",
        ),
    ],
)
def test_record(facts, basis, credit, minutes, why):
    record = fold(facts, basis)
    assert (record.credit.value, record.minutes, record.evidence["why"]) == (credit, minutes, why)


def test_the_door_says_when_somebody_came_and_paper_where_no_door_was():
    both = fold([fact(PAPER, 0), out(50, PAPER), fact(DOOR, 3), out(40)], BASIS)
    assert (both.first_in_at, both.first_in_desk_id, both.last_out_at) == (at(3), 1, at(40))
    paper = fold([fact(PAPER, 0), out(50, PAPER)], BASIS)
    assert (paper.first_in_at, paper.first_in_desk_id, paper.last_out_at) == (at(0), None, at(50))
    assert both.sources == ("door_scan", "paper")


def scans(*desks: int) -> list[FactValue]:
    return [fact(DOOR, number, desk_id=desk) for number, desk in enumerate(desks)]


@pytest.mark.parametrize(
    ("desks", "resolved", "is_conflict"),
    [
        ((1, 2), (), True),
        ((1, 2), (1,), False),
        ((1, 2), (0,), False),
        ((1, 2, 2), (1,), True),
        ((1, 2, 1), (1,), False),
        ((1, 2, 3), (1,), True),
        ((1, 2, 3), (1, 2), False),
        ((1, 1), (), False),
    ],
)
def test_a_conflict_is_settled_by_naming_what_was_seen_by_rights(desks, resolved, is_conflict):
    seen = scans(*desks)
    named = [fact(RESOLUTION, 50, target_uid=seen[number].uid) for number in resolved]
    for order in itertools.permutations([*seen, *named]):
        assert fold(order, BASIS).is_conflict is is_conflict


def test_a_resolution_can_be_undone():
    seen = scans(1, 2)
    named = fact(RESOLUTION, 50, target_uid=seen[1].uid)
    undone = fact(FactKind.UNDO, 60, target_uid=named.uid)
    assert fold([*seen, named, undone], BASIS).is_conflict


@pytest.mark.parametrize(
    ("facts", "basis", "chinese", "english"),
    [
        (
            [fact(DOOR, -5), out(91)],
            by(late_tolerance_minutes=5),
            "120分钟中在场91分钟：现场9:00—10:31；达到要求的90分钟 → 出席",
            "91 of 120 minutes: door 9:00–10:31; reaches the required 90 min → Present",
        ),
        (
            [fact(DOOR, 5), out(96)],
            by(late_tolerance_minutes=5),
            "120分钟中在场91分钟：现场9:05—10:36；达到要求的90分钟；迟到5分钟以内不计 → 出席",
            (
                "91 of 120 minutes: door 9:05–10:36; reaches the required 90 min;"
                " late up to 5 min tolerated → Present"
            ),
        ),
        (
            [fact(DOOR, 0), out(30), fact(WATCH, 20, 50), fact(IMPORT, 70, 80)],
            BASIS,
            (
                "120分钟中在场60分钟：现场9:00—9:30、观看直播9:30—9:50、会议记录10:10—10:20；"
                "不足要求的90分钟 → 部分出席"
            ),
            (
                "60 of 120 minutes: door 9:00–9:30, livestream 9:30–9:50, meeting log 10:10–10:20;"
                " falls short of the required 90 min → Present in part"
            ),
        ),
        (
            [fact(FactKind.CORRECTION, 9, credit=Credit.EXCUSED, reason="病假")],
            BASIS,
            "人工更正：病假 → 请假",
            "Corrected by staff: 病假 → Excused",
        ),
        ([], BASIS, "没有签到记录", None),
        (
            [fact(SELF, 0)],
            by(sources=(DOOR,)),
            "只有本场次规则不采信的记录 → 缺席",
            None,
        ),
    ],
)
def test_the_evidence_says_the_sentence(context, facts, basis, chinese, english):
    evidence = json.loads(json.dumps(fold(facts, basis).evidence))
    assert sentence(evidence) == chinese
    if english:
        with force_locale("en"):
            assert sentence(evidence) == english
            assert explainer()(evidence) == english


def test_many_stretches_are_told_in_part():
    watched = [fact(WATCH, 10 * number, 10 * number + 5) for number in range(9)]
    evidence = fold(watched, BASIS).evidence
    assert (len(evidence["parts"]), evidence["parts_count"], evidence["minutes"]) == (6, 9, 45)


OLD = {
    "why": "too_short",
    "minutes": 60,
    "needed": 90,
    "starts_at": NINE.isoformat(),
    "ends_at": at(LENGTH).isoformat(),
    "required_percent": 75,
}


def test_evidence_of_the_version_before_is_read_and_folded_again(context):
    folded = fold([fact(DOOR, 0), out(60)], basis_in(OLD)).evidence
    assert is_same_evidence(OLD, folded)
    assert not is_same_evidence(OLD | {"minutes": 61}, folded)
    assert sentence(OLD) == "在场60分钟；不足要求的90分钟 → 部分出席"


def test_evidence_of_this_version_must_be_whole():
    folded = fold([fact(DOOR, 0)], BASIS).evidence
    assert is_same_evidence(json.loads(json.dumps(folded)), folded)
    assert not is_same_evidence({k: v for k, v in folded.items() if k != "parts"}, folded)


POLICIES = st.builds(
    Policy,
    measure=st.sampled_from(Measure),
    amount=st.integers(1, 100),
    late_tolerance_minutes=st.integers(0, 30),
    early_leave_tolerance_minutes=st.integers(0, 30),
    needs_exit=st.booleans(),
    sources=st.lists(st.sampled_from(STRENGTH), min_size=1, unique=True).map(tuple),
    online_percent=st.none() | st.integers(1, 100),
)
MOVES = st.builds(
    lambda uid, kind, minute, desk, leaves: fact(
        kind,
        minute,
        uid=f"u{uid}",
        desk_id=desk if kind is DOOR else None,
        direction=Direction.OUT if leaves else Direction.IN,
    ),
    st.integers(0, 40),
    st.sampled_from([DOOR, DOOR, SELF, PAPER]),
    st.integers(-30, 150),
    st.integers(1, 3),
    st.booleans(),
)
SIGHTINGS = st.builds(
    lambda uid, kind, minute, span: fact(kind, minute, minute + span, uid=f"u{uid}"),
    st.integers(0, 40),
    st.sampled_from([WATCH, IMPORT]),
    st.integers(-30, 130),
    st.integers(0, 60),
)
DECIDED = st.builds(
    lambda uid, kind, target, credit: fact(
        kind, 0, uid=f"z{uid}", target_uid=f"u{target}", credit=credit
    ),
    st.integers(0, 6),
    st.sampled_from([FactKind.UNDO, RESOLUTION]),
    st.integers(0, 40),
    st.none(),
) | st.builds(
    lambda uid, minute, credit: fact(FactKind.CORRECTION, minute, uid=f"c{uid}", credit=credit),
    st.integers(0, 3),
    st.integers(0, 200),
    st.sampled_from(Credit),
)


def fact_sets(size: int):
    kinds = st.one_of(MOVES, MOVES, SIGHTINGS, DECIDED)
    return st.lists(kinds, max_size=size, unique_by=lambda one: one.uid)


@settings(max_examples=60, deadline=None)
@given(fact_sets(5), POLICIES)
def test_every_order_of_up_to_five_facts_of_all_sources_folds_to_the_same(facts, policy):
    basis = replace(BASIS, policy=policy)
    assert len({repr(fold(order, basis)) for order in itertools.permutations(facts)}) <= 1


@settings(max_examples=5, deadline=None)
@given(fact_sets(6).filter(lambda facts: len(facts) == 6), POLICIES)
def test_every_order_of_six_facts_of_all_sources_folds_to_the_same(facts, policy):
    basis = replace(BASIS, policy=policy)
    assert len({repr(fold(order, basis)) for order in itertools.permutations(facts)}) == 1


def walked(facts, kinds, seconds) -> tuple[list[bool], int | None]:
    """Tell for every second whether the walk is inside, and since when without an exit."""
    moves = sorted(
        (one for one in facts if one.kind in kinds), key=lambda f: (f.effective_at, f.uid)
    )
    inside, entered, state, index = [], None, False, 0
    for second in seconds:
        while index < len(moves) and moves[index].effective_at <= NINE + timedelta(seconds=second):
            if moves[index].direction is Direction.OUT:
                state, entered = False, None
            elif not state:
                state, entered = True, second
            index += 1
        inside.append(state)
    return inside, entered


def second_by_second(facts, policy) -> int:
    """Count the whole minutes of the union in the plainest way: look at every tenth second."""
    undone = {one.target_uid for one in facts if one.kind is FactKind.UNDO}
    left = [one for one in facts if one.uid not in undone and one.kind in policy.sources]
    seconds = range(-1800, 60 * 151, 10)
    door, door_open = walked(left, {DOOR, SELF}, seconds)
    paper, paper_open = walked(left, {PAPER}, seconds)
    exits = {}
    for name, kinds in (("door", {DOOR, SELF}), ("paper", {PAPER})):
        states, _ = walked(left, kinds, seconds)
        ended = [seconds[n] for n in range(1, len(states)) if states[n - 1] and not states[n]]
        exits[name] = ended[-1] if ended else None
    count = 0
    for number, second in enumerate(seconds):
        is_in = False
        for states, since, other in (
            (door, door_open, exits["paper"]),
            (paper, paper_open, exits["door"]),
        ):
            if not states[number]:
                continue
            if since is None or second < since:
                is_in = True
            elif other is not None and other > since:
                is_in = is_in or second < other
            else:
                is_in = is_in or not policy.needs_exit
        moment = NINE + timedelta(seconds=second)
        is_in = is_in or any(
            one.ends_at is not None and one.effective_at <= moment < one.ends_at for one in left
        )
        count += is_in and 0 <= second < LENGTH * 60
    return count // 6


@settings(max_examples=150, deadline=None)
@given(fact_sets(14), POLICIES, st.randoms(use_true_random=False))
def test_minutes_are_those_of_looking_at_every_moment_in_any_order(facts, policy, random):
    shuffled = [*facts, *random.sample(facts, len(facts) // 2)]
    random.shuffle(shuffled)
    basis = replace(BASIS, policy=policy)
    record = fold(shuffled, basis)
    assert record == fold(facts, basis)
    assert record.minutes == second_by_second(facts, policy)
    assert basis_in(json.loads(json.dumps(record.evidence))) == basis


STRETCHES = st.lists(
    st.builds(
        lambda kind, begins, span: Stretch(kind, at(begins), at(begins + span)),
        st.sampled_from(STRENGTH),
        st.integers(-20, 130),
        st.integers(0, 50),
    ),
    max_size=10,
)


@settings(max_examples=200, deadline=None)
@given(STRETCHES)
def test_each_minute_is_named_after_the_strongest_source_that_saw_it(stretches):
    pieces = covered(stretches, STRENGTH, at(0), at(LENGTH))
    for minute in range(-20, 190):
        moment = at(minute)
        seen = [
            one.kind
            for one in stretches
            if one.begins <= moment < one.ends and at(0) <= moment < at(LENGTH)
        ]
        named = [one.kind for one in pieces if one.begins <= moment < one.ends]
        assert named == sorted(set(seen), key=STRENGTH.index)[:1]


def test_spans_touching_become_one_and_empty_ones_vanish():
    spans = [(at(5), at(9)), (at(0), at(5)), (at(7), at(7)), (at(20), at(10))]
    assert merged(spans) == [(at(0), at(9))]
    assert without([(at(0), at(9)), (at(12), at(20))], [(at(2), at(3)), (at(8), at(15))]) == [
        (at(0), at(2)),
        (at(3), at(8)),
        (at(15), at(20)),
    ]


def test_times_are_of_the_zone_of_the_organisation(context):
    evidence = fold([fact(DOOR, 0), out(60)], BASIS).evidence
    local = at(60).astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"{local:%-H:%M}" in sentence(evidence)


def test_every_reason_has_its_words(context):
    for why in Why:
        assert sentence(OLD | {"why": why.value})
