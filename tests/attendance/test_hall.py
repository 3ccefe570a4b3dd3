"""The screen of a hall: steps of its code, what a code is good for, who may show it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.models import Role
from app.attendance.commands.scans import record_scans
from app.attendance.models import Direction
from app.attendance.queries.hall import code_of, direction_in
from app.attendance.rules import hall
from app.kit import tokens
from app.kit.database import unit_of_work
from app.kit.ids import new_id
from app.trainings.models import TrainingState
from tests.attendance.people import make_attendee, make_attendees, make_desk, scan, scanner
from tests.makers import make_organisation, make_staff, make_training, save, sign_in

STEP = datetime(2026, 3, 19, 1, 0, 15, tzinfo=UTC)
TICK, SECOND = timedelta(microseconds=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "begins", "seconds_shown"),
    [
        (STEP - TICK, STEP - 15 * SECOND, 1),
        (STEP, STEP, 15),
        (STEP + TICK, STEP, 15),
        (STEP + 14 * SECOND, STEP, 1),
        (STEP + 15 * SECOND - TICK, STEP, 1),
        (STEP + 15 * SECOND, STEP + 15 * SECOND, 15),
    ],
)
def test_steps_begin_every_fifteen_seconds_for_everybody(at, begins, seconds_shown):
    assert hall.step_of(at) == begins
    assert hall.next_step(at) == begins + 15 * SECOND
    assert hall.good_until(at) == begins + 30 * SECOND
    assert hall.seconds_shown(at) == seconds_shown


@pytest.mark.parametrize(
    ("after", "may"),
    [
        (-TICK, False),
        (0 * SECOND, True),
        (300 * SECOND, True),
        (300 * SECOND + TICK, False),
    ],
)
def test_a_scan_waits_five_minutes(after, may):
    assert hall.may_confirm(STEP, STEP + after) is may


@pytest.mark.parametrize(
    ("shown_at", "read_at", "is_good"),
    [
        (STEP, STEP, True),
        (STEP, STEP + 15 * SECOND, True),
        (STEP, STEP + 30 * SECOND - TICK, True),
        (STEP, STEP + 30 * SECOND, False),
        (STEP + 15 * SECOND - TICK, STEP + 30 * SECOND - TICK, True),  # shown last: 15 s are left
        (STEP + 15 * SECOND - TICK, STEP + 30 * SECOND, False),
        (STEP, STEP + 86400 * SECOND, False),
    ],
)
def test_a_code_lives_fifteen_to_thirty_seconds(context, shown_at, read_at, is_good):
    lesson = new_id()
    code = code_of(lesson, Direction.IN, now=shown_at)
    expected = Direction.IN if is_good else None
    assert direction_in(code, lesson, now=read_at) is expected


def test_a_code_says_its_lesson_and_direction_and_nothing_else_is_one(context):
    lesson, other = new_id(), new_id()
    into, out = (code_of(lesson, way, now=STEP) for way in (Direction.IN, Direction.OUT))
    assert direction_in(into, lesson, now=STEP) is Direction.IN
    assert direction_in(out, lesson, now=STEP) is Direction.OUT
    assert direction_in(into, other, now=STEP) is None
    until = hall.good_until(STEP)
    forged = [
        "",
        "x",
        into[:-1] + ("A" if into[-1] != "A" else "B"),
        into.replace("-", "-z"),
        tokens.issue(tokens.Purpose.DESK, lesson, audience="in", until=until),
        tokens.issue(tokens.Purpose.HALL, lesson, until=until),
        tokens.issue(tokens.Purpose.TICKET, lesson),
    ]
    assert [direction_in(code, lesson, now=STEP) for code in forged] == [None] * len(forged)


def test_the_code_is_the_same_on_every_server_and_for_the_whole_step(context):
    lesson = new_id()
    codes = {code_of(lesson, Direction.IN, now=STEP + n * SECOND) for n in range(15)}
    assert len(codes) == 1
    assert code_of(lesson, Direction.IN, now=STEP + 15 * SECOND) not in codes


class Scene:
    """A lesson that is on, with a trainer."""

    def __init__(self) -> None:
        self.organisation = make_organisation()
        self.trainer = make_staff(Role.TRAINER, organisation=self.organisation)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.training = make_training(
            self.organisation, starts_at=self.now - timedelta(minutes=5), trainer=self.trainer
        )
        [self.lesson] = self.training.lessons
        self.page = f"/staff/lessons/{self.lesson.public_id}/hall"


@pytest.fixture
def scene(app, client) -> Scene:
    with app.app_context():
        made = Scene()
        sign_in(client, made.trainer)
        return made


def test_the_screen_is_complete_without_javascript(scene, client):
    page = client.get(scene.page).text
    seconds = int(re.search(r'http-equiv="refresh" content="(\d+)"', page)[1])
    assert 1 <= seconds <= 15
    assert "<svg xmlns" in page
    assert scene.training.title in page
    assert "请扫码签到" in page
    assert "请扫码签退" in client.get(f"{scene.page}?direction=out").text
    assert "请扫码签到" in client.get(f"{scene.page}?direction=nonsense").text


def test_the_code_comes_with_the_servers_time_and_the_count(app, scene, client):
    with app.app_context():
        made = make_attendees(scene.training, 2)
        desk = make_desk(scene.lesson)
        scans = [scan(made[0][1], scene.now)]
        unit_of_work(lambda: record_scans(scene.lesson.id, scans, by=scanner(desk), now=scene.now))
    answer = client.get(f"{scene.page}/code")
    state = answer.json
    at, next_at, until = (
        datetime.fromisoformat(state[name]) for name in ("server_time", "next_at", "good_until")
    )
    assert timedelta() < next_at - at <= 15 * SECOND
    assert until - next_at == 15 * SECOND
    assert (state["came"], state["expected"]) == (1, 2)
    assert state["notice"] == ""
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_screen_shows_no_name(app, scene, client):
    with app.app_context():
        attendee, _ = make_attendee(scene.training, name="不该出现")
    assert attendee.name not in client.get(scene.page).text + client.get(f"{scene.page}/code").text


@pytest.mark.parametrize(
    ("minutes", "state", "words"),
    [
        (125, TrainingState.PUBLISHED, "开始签到"),
        (-300, TrainingState.PUBLISHED, "签到时间已过"),
        (0, TrainingState.CANCELLED, "现在不能签到"),
    ],
)
def test_a_screen_at_the_wrong_time_says_so(app, client, minutes, state, words):
    with app.app_context():
        organisation = make_organisation()
        sign_in(client, make_staff(Role.ORGANISER, organisation=organisation))
        training = make_training(
            organisation, starts_at=datetime.now(UTC) + timedelta(minutes=minutes), state=state
        )
        save(training)
        lesson = training.lessons[0].public_id
    assert words in client.get(f"/staff/lessons/{lesson}/hall").text


def test_only_those_who_open_doors_have_a_screen(app, scene, client):
    for role, status in ((Role.ORGANISER, 200), (Role.SUPERVISOR, 403), (Role.TRAINER, 404)):
        with app.app_context():
            sign_in(client, make_staff(role, organisation=scene.organisation))
        answers = [client.get(scene.page), client.get(f"{scene.page}/code")]
        assert [answer.status_code for answer in answers] == [status, status]
    with app.app_context():
        sign_in(client, make_staff(Role.ORGANISER))
    assert client.get(scene.page).status_code == 404
