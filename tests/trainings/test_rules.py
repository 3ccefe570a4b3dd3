"""What follows from times, places and states: truth tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.trainings import rules
from app.trainings.errors import MoveNotAllowed, NotPublishable, PlanInvalid
from app.trainings.models import Mode
from app.trainings.models import TrainingState as State
from app.trainings.rules import Counted, Facts, LessonPlan, LessonState, SignupState, Status

START = datetime(2026, 3, 19, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FACTS = Facts(
    state=State.PUBLISHED,
    mode=Mode.ONSITE,
    signup_opens_at=START - 10 * DAY,
    signup_closes_at=START - DAY,
    starts_at=START,
    ends_at=START + 3 * HOUR,
    capacity_onsite=30,
    capacity_online=0,
    taken_onsite=0,
    taken_online=0,
)
LESSON = LessonPlan(starts_at=START, ends_at=START + 3 * HOUR)
PLAN = rules.TrainingPlan(
    title="贯标实务",
    mode=Mode.ONSITE,
    lessons=(LESSON,),
    signup_opens_at=START - 10 * DAY,
    signup_closes_at=START - DAY,
    city="440100",
    venue="v" * 26,
    capacity_onsite=30,
)


@pytest.mark.parametrize(
    ("changes", "at", "signup", "status"),
    [
        ({"state": State.DRAFT}, -5 * DAY, SignupState.NOT_PUBLISHED, Status.DRAFT),
        ({"state": State.CANCELLED}, -5 * DAY, SignupState.CANCELLED, Status.CANCELLED),
        ({"state": State.CANCELLED}, 5 * DAY, SignupState.CANCELLED, Status.CANCELLED),
        ({"state": State.HELD}, 5 * DAY, SignupState.ENDED, Status.ENDED),
        ({"state": State.CLOSED}, 5 * DAY, SignupState.ENDED, Status.ENDED),
        ({"state": State.ACCEPTED}, 5 * DAY, SignupState.ENDED, Status.ENDED),
        ({}, -11 * DAY, SignupState.NOT_OPEN, Status.NOT_OPEN),
        ({}, -10 * DAY, SignupState.OPEN, Status.OPEN),
        ({"taken_onsite": 29}, -2 * DAY, SignupState.OPEN, Status.OPEN),
        ({"taken_onsite": 30}, -2 * DAY, SignupState.FULL, Status.FULL),
        (
            {"taken_onsite": 30, "capacity_online": 1},
            -2 * DAY,
            SignupState.OPEN,
            Status.OPEN,
        ),
        ({}, -DAY - timedelta(microseconds=1), SignupState.OPEN, Status.OPEN),
        ({}, -DAY, SignupState.CLOSED, Status.SIGNUP_CLOSED),
        ({}, 0 * DAY, SignupState.CLOSED, Status.RUNNING),
        ({"mode": Mode.LIVESTREAM}, HOUR, SignupState.CLOSED, Status.LIVE),
        ({"mode": Mode.HYBRID}, HOUR, SignupState.CLOSED, Status.RUNNING),
        (
            {"mode": Mode.LIVESTREAM, "ends_at": START + 2 * DAY},
            HOUR,
            SignupState.CLOSED,
            Status.RUNNING,
        ),
        ({"signup_closes_at": START + 2 * HOUR}, HOUR, SignupState.OPEN, Status.RUNNING),
        ({}, 3 * HOUR, SignupState.ENDED, Status.ENDED),
    ],
)
def test_signup_state_and_status_at_an_instant(changes, at, signup, status):
    facts = replace(FACTS, **changes)

    assert rules.signup_state(facts, START + at) is signup
    assert rules.status_at(facts, START + at) is status


@pytest.mark.parametrize(
    ("state", "at", "expected"),
    [
        (State.PUBLISHED, -HOUR, LessonState.WAITING),
        (State.PUBLISHED, 0 * HOUR, LessonState.RUNNING),
        (State.PUBLISHED, 3 * HOUR, LessonState.ENDED),
        (State.CANCELLED, HOUR, LessonState.CANCELLED),
    ],
)
def test_lesson_state_at_an_instant(state, at, expected):
    assert rules.lesson_state(state, START, START + 3 * HOUR, START + at) is expected


@pytest.mark.parametrize(
    ("moved_from", "at", "labels"),
    [
        (START - DAY, -5 * DAY, ["报名中", "已延期"]),
        (START + DAY, -5 * DAY, ["报名中", "时间或地点有变更"]),
        (None, -5 * DAY, ["报名中", "时间或地点有变更"]),
        (START - DAY, 5 * DAY, ["已结束"]),
    ],
)
def test_badges_of_a_moved_training_say_so_until_it_ends(context, moved_from, at, labels):
    facts = replace(FACTS, moved_at=START - 6 * DAY, moved_from=moved_from)

    assert [str(badge.label) for badge in rules.badges_of(facts, START + at)] == labels


def test_ensure_move_allows_these_moves_and_no_others():
    allowed = {
        (State.DRAFT, State.PUBLISHED),
        (State.DRAFT, State.CANCELLED),
        (State.PUBLISHED, State.HELD),
        (State.PUBLISHED, State.CANCELLED),
        (State.HELD, State.CLOSED),
        (State.CLOSED, State.HELD),
        (State.CLOSED, State.ACCEPTED),
    }
    found = set()
    for before in State:
        for after in State:
            try:
                rules.ensure_move(before, after)
            except MoveNotAllowed:
                continue
            found.add((before, after))
    assert found == allowed


def faults(check, *args, **kwargs):
    with pytest.raises((PlanInvalid, NotPublishable)) as caught:
        check(*args, **kwargs)
    return [(fault.field, fault.code) for fault in caught.value.faults]


def test_ensure_plan_when_all_is_well_says_nothing():
    rules.ensure_plan(PLAN)
    rules.ensure_publishable(PLAN, START - 5 * DAY)


def test_ensure_plan_names_every_fault_at_once():
    plan = replace(
        PLAN,
        lessons=(
            LESSON,
            LessonPlan(starts_at=START + HOUR, ends_at=START),
            LessonPlan(starts_at=START + DAY, ends_at=START + 2 * DAY),
        ),
        signup_closes_at=START - 11 * DAY,
        capacity_online=5,
    )

    assert faults(rules.ensure_plan, plan) == [
        ("lessons.1.ends_at", "order"),
        ("lessons.2.ends_at", "too_long"),
        ("lessons.1.starts_at", "overlap"),
        ("signup_closes_at", "order"),
        ("capacity_online", "mode"),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"lessons": ()}, [("lessons", "missing")]),
        ({"signup_closes_at": START + DAY}, [("signup_closes_at", "order")]),
        ({"mode": Mode.LIVESTREAM}, [("capacity_onsite", "mode")]),
    ],
)
def test_ensure_plan_when_one_thing_is_wrong(changes, expected):
    assert faults(rules.ensure_plan, replace(PLAN, **changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"venue": None, "city": "", "capacity_onsite": 0},
            ["capacity_onsite", "venue", "city"],
        ),
        ({"mode": Mode.HYBRID}, ["capacity_online"]),
        ({"mode": Mode.LIVESTREAM, "capacity_onsite": 0, "venue": None}, ["capacity_online"]),
    ],
)
def test_ensure_publishable_names_what_readers_would_miss(changes, expected):
    plan = replace(PLAN, **changes)

    assert [field for field, _ in faults(rules.ensure_publishable, plan, START - 5 * DAY)] == (
        expected
    )


def test_ensure_publishable_when_new_asks_for_time_to_come():
    assert faults(rules.ensure_publishable, PLAN, START + HOUR) == [
        ("signup_closes_at", "past"),
        ("lessons.0.starts_at", "past"),
    ]
    rules.ensure_publishable(PLAN, START + HOUR, is_new=False)


def test_is_move_when_time_place_or_mode_differ_and_only_then():
    later = replace(LESSON, starts_at=START + HOUR, ends_at=START + 4 * HOUR)

    assert rules.is_move(PLAN, replace(PLAN, lessons=(later,)))
    assert rules.is_move(PLAN, replace(PLAN, venue="w" * 26))
    assert rules.is_move(PLAN, replace(PLAN, mode=Mode.HYBRID))
    assert not rules.is_move(PLAN, replace(PLAN, title="另一标题", capacity_onsite=99))


def test_shifted_moves_every_instant_and_makes_lessons_new():
    plan = replace(PLAN, lessons=(replace(LESSON, id="x" * 26),))

    moved = rules.shifted(plan, 7 * DAY)

    assert moved.lessons == (
        LessonPlan(starts_at=START + 7 * DAY, ends_at=START + 7 * DAY + 3 * HOUR),
    )
    assert moved.signup_opens_at == START - 3 * DAY
    assert moved.signup_closes_at == START + 6 * DAY


def test_progress_counts_as_held_only_closed_records():
    rows = [
        Counted(state=State.CLOSED, mode=Mode.ONSITE, count=2),
        Counted(state=State.ACCEPTED, mode=Mode.HYBRID),
        Counted(state=State.CLOSED, mode=Mode.LIVESTREAM),
        Counted(state=State.HELD, mode=Mode.ONSITE),
        Counted(state=State.PUBLISHED, mode=Mode.LIVESTREAM, count=2),
        Counted(state=State.CANCELLED, mode=Mode.ONSITE, count=3),
        Counted(state=State.DRAFT, mode=Mode.ONSITE, count=9),
    ]

    progress = rules.progress_of(8, 5, rows)

    assert (progress.planned, progress.planned_onsite) == (7, 4)
    assert (progress.held, progress.held_onsite) == (4, 3)
    assert (progress.to_close, progress.cancelled) == (1, 3)
    assert (progress.remaining, progress.remaining_onsite) == (4, 2)
    assert (progress.unplanned, progress.unplanned_onsite) == (1, 1)
    assert progress.onsite_percent == 75
    assert not progress.is_on_course


def test_progress_of_nothing_has_no_share():
    progress = rules.progress_of(8, 4, [])

    assert progress.onsite_percent is None
    assert progress.remaining == 8
