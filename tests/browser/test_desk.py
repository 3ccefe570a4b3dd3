"""The desk in Chromium: what its camera sees is judged on the screen and stands in the record."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from app.accounts.models import Role
from app.attendance.models import Desk, Fact, FactKind
from app.kit.database import db
from app.trainings.models import Lesson
from tests import makers
from tests.attendance.people import make_attendees
from tests.browser.conftest import QUIET, executable
from tests.browser.fake_camera import badge, film, launch_arguments
from tests.browser.house import House
from tests.browser.watching import Window, window

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]


@dataclass
class Door:
    """A lesson that is on, its people, and an organiser's cookie."""

    house: House
    lesson: str
    training: str
    people: list[tuple[str, str, str]]  # (public id, name, code)
    cookie: dict

    def facts(self) -> list[tuple[str, str | None]]:
        with self.house.app.app_context():
            facts = db.session.scalars(
                select(Fact)
                .join(Lesson, Lesson.id == Fact.lesson_id)
                .where(Lesson.public_id == self.lesson)
                .order_by(Fact.sequence)
            )
            return [(fact.kind, fact.verdict) for fact in facts]


@pytest.fixture
def door(house) -> Door:
    with house.app.app_context():
        organisation = makers.make_organisation()
        organiser = makers.make_staff(Role.ORGANISER, organisation=organisation)
        training = makers.make_training(
            organisation, starts_at=datetime.now(UTC) - timedelta(minutes=5)
        )
        made = make_attendees(training, 4)
        names = ["王示例", "李示例", "张样例", "赵样例"]
        for (attendee, _), name in zip(made, names, strict=True):
            attendee.name = name
        makers.save(*(attendee for attendee, _ in made))
        people = [(attendee.public_id, attendee.name, code) for attendee, code in made]
        return Door(
            house=house,
            lesson=training.lessons[0].public_id,
            training=training.public_id,
            people=people,
            cookie=house.cookie_of(organiser),
        )


@contextmanager
def opened(browser: Browser, door: Door, **options):
    """Open the desk of the lesson in a window and wait until its program runs."""
    with window(browser, door.house, cookies=[door.cookie], **options) as one:
        one.go(f"/desk/{door.lesson}")
        one.page.locator("main form.gb-form button[type=submit]").click()
        expect(one.page.locator("body[data-ready=true]")).to_be_visible()
        yield one


@contextmanager
def with_camera(playwright, path: Path):
    browser = playwright.chromium.launch(
        executable_path=executable(), args=[*QUIET, *launch_arguments(path)]
    )
    try:
        yield browser
    finally:
        browser.close()


def answer(one: Window, verdict: str):
    """Wait for a verdict on the screen; give what it says."""
    shown = one.page.locator(f"#verdict[data-verdict={verdict}]:not([hidden])")
    expect(shown).to_be_visible()
    return shown


def type_code(one: Window, code: str) -> None:
    one.page.fill("#code-text", code)
    one.page.press("#code-text", "Enter")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_camera_sees_a_ticket_and_the_record_stands(playwright, door, tmp_path, language):
    """A ticket shown twice is admitted, then already in; nothing is loaded before it is needed."""
    _, name, code = door.people[0]
    path = film(tmp_path / "film.mjpeg", [f"{door.house.url}/t/{code}"])
    words = {"zh": ("签到成功", "已签到"), "en": ("Checked in", "Already in")}[language]
    with (
        with_camera(playwright, path) as browser,
        opened(browser, door, language=language, permissions=["camera"]) as one,
    ):
        asked: list[str] = []
        one.page.on("request", lambda request: asked.append(request.url))
        one.page.click("#camera-start")
        first = answer(one, "admitted")
        expect(first).to_contain_text(words[0])
        expect(first).to_contain_text(name)
        one.page.click("#camera-stop", force=True)
        type_code(one, f"{door.house.url}/t/{code}")
        expect(answer(one, "already_in")).to_contain_text(words[1])
        expect(one.page.locator("[data-figure=arrived]")).to_have_text("1")
        assert [url for url in asked if ".wasm" in url] != []
    assert door.facts()[:1] == [("door_scan", "admitted")]
    assert set(door.facts()[1:]) == {("door_scan", "already_in")}


def test_nothing_of_the_reader_is_loaded_before_the_camera_starts(chromium, door):
    with opened(chromium, door) as one:
        asked: list[str] = []
        one.page.on("request", lambda request: asked.append(request.url))
        one.page.reload()
        expect(one.page.locator("body[data-ready=true]")).to_be_visible()
        assert [url for url in asked if "wasm" in url or "ponyfill" in url] == []


def test_search_checks_in_by_hand_and_undo_takes_it_back(chromium, door):
    with opened(chromium, door) as one:
        one.page.fill("#search-text", "李示")
        row = one.page.locator("#hits li")
        expect(row).to_have_count(1)
        row.locator("button").click()
        expect(answer(one, "admitted")).to_contain_text("李示例")
        one.page.keyboard.press("Escape")
        one.page.locator("#recent button").click()
        one.page.locator("#undo-form button[type=submit]").click()
        expect(one.page.locator("#undo-fault")).to_contain_text("请填写撤销原因")
        one.page.locator("[data-reason]").first.click()
        one.page.locator("#undo-form button[type=submit]").click()
        expect(one.page.locator("#recent li")).to_contain_text("已撤销")
        expect(one.page.locator("[data-figure=arrived]")).to_have_text("0")
    assert door.facts() == [("door_scan", "admitted"), (FactKind.UNDO, None)]


def test_keys_of_a_scanner_are_heard_wherever_the_focus_is(chromium, door):
    _, name, code = door.people[2]
    with opened(chromium, door) as one:
        one.page.locator("h1").click()
        one.page.keyboard.type(code)
        one.page.keyboard.press("Enter")
        expect(answer(one, "admitted")).to_contain_text(name)
        one.page.keyboard.press("Escape")
        type_code(one, "nonsense")
        expect(answer(one, "unknown")).to_contain_text("无法识别")


def test_scans_without_network_wait_and_arrive_once(chromium, door):
    _, name, code = door.people[3]
    with opened(chromium, door) as one:
        one.context.set_offline(True)
        type_code(one, code)
        answer(one, "waiting")
        expect(one.page.locator("#network")).to_have_text("离线，1条待上传")
        one.context.set_offline(False)
        expect(one.page.locator("#network")).to_have_text("在线")
        expect(one.page.locator("#recent li")).to_contain_text(name)
        expect(one.page.locator("#recent li")).to_have_attribute("data-verdict", "admitted")
        one.faults[:] = [fault for fault in one.faults if "ERR_INTERNET_DISCONNECTED" not in fault]
    assert door.facts() == [("door_scan", "admitted")]


def test_an_answer_that_was_lost_is_asked_for_again_and_acts_once(chromium, door):
    """The server has stored the scan, the answer never arrives: the retry is a replay."""
    _, name, code = door.people[1]
    with opened(chromium, door) as one:
        lost = []

        def lose_the_first(route):
            if lost:
                route.continue_()
                return
            lost.append(route.fetch().json())
            route.abort()

        one.page.route("**/scans", lose_the_first)
        type_code(one, code)
        expect(one.page.locator("#recent li")).to_have_attribute("data-verdict", "admitted")
        expect(one.page.locator("#recent li")).to_contain_text(name)
        assert lost[0]["results"][0]["replayed"] is False
        one.faults[:] = [fault for fault in one.faults if "ERR_FAILED" not in fault]
    assert door.facts() == [("door_scan", "admitted")]


def test_second_desk_marks_the_conflict_on_the_first(chromium, door):
    _, _, code = door.people[0]
    with opened(chromium, door) as first, opened(chromium, door) as second:
        type_code(first, code)
        answer(first, "admitted")
        type_code(second, code)
        # their clocks decide which of the two was first; the conflict is told at both
        expect(second.page.locator("#recent [data-conflict]")).to_be_visible()
        expect(first.page.locator("#recent [data-conflict]")).to_be_visible()


def test_refused_camera_says_what_to_do_and_a_photo_does_instead(chromium, door, tmp_path):
    _, name, code = door.people[1]
    badge(f"{door.house.url}/t/{code}", 3).save(tmp_path / "photo.png")
    with opened(chromium, door) as one:
        one.page.click("#camera-start")
        expect(one.page.locator("#camera-words")).not_to_be_empty()
        expect(one.page.locator("#camera-start")).to_be_enabled()
        one.page.set_input_files("#photo", tmp_path / "photo.png")
        expect(answer(one, "admitted")).to_contain_text(name)


def test_closed_desk_says_so_and_can_be_opened_again(chromium, door):
    with opened(chromium, door) as one:
        one.expected.add("401")
        with door.house.app.app_context():
            desk = db.session.scalars(select(Desk).order_by(Desk.id.desc())).first()
            desk.revoked_at = datetime.now(UTC)
            makers.save(desk)
        type_code(one, door.people[0][2])
        expect(one.page.locator("#closed")).to_be_visible()
        one.page.locator("#closed a").click()
        expect(one.page.locator("main form.gb-form")).to_be_visible()
