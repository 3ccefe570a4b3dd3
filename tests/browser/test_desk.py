"""The desk in Chromium: what its camera sees is judged on the screen and stands in the record."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.attendance.models import Desk, FactKind
from app.kit.database import db
from tests import makers
from tests.browser.conftest import QUIET, executable
from tests.browser.doors import (
    Door,
    answer,
    feed,
    forgive_network,
    make_door,
    opened,
    type_code,
    wait_until_kept,
    wait_until_synced,
)
from tests.browser.fake_camera import badge, film, launch_arguments
from tests.browser.watching import window

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]
PEOPLE_A_MINUTE = 40


@pytest.fixture
def door(house) -> Door:
    return make_door(house)


@contextmanager
def with_camera(playwright, path: Path):
    browser = playwright.chromium.launch(
        executable_path=executable(), args=[*QUIET, *launch_arguments(path)]
    )
    try:
        yield browser
    finally:
        browser.close()


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
        one.page.click("#camera-start")
        first = answer(one, "admitted")
        expect(first).to_contain_text(words[0])
        expect(first).to_contain_text(name)
        one.page.click("#camera-stop", force=True)
        type_code(one, f"{door.house.url}/t/{code}")
        expect(answer(one, "already_in")).to_contain_text(words[1])
        expect(one.page.locator("[data-figure=arrived]")).to_have_text("1")
        wait_until_synced(one.page)
    assert door.facts()[:1] == [("door_scan", "admitted")]
    assert set(door.facts()[1:]) == {("door_scan", "already_in")}


def test_a_queue_of_badges_passes_in_the_rhythm_of_the_door(playwright, house, tmp_path):
    """The camera sees badge after badge; the next one takes the screen while an answer is shown."""
    door = make_door(house, [f"排队{number}号" for number in range(6)])
    path = film(tmp_path / "queue.mjpeg", door.codes, frames=14, blank=4)
    with (
        with_camera(playwright, path) as browser,
        opened(browser, door, permissions=["camera"]) as one,
    ):
        one.page.click("#camera-start")
        expect(one.page.locator("#recent li")).not_to_have_count(0)
        began = time.monotonic()
        expect(one.page.locator("[data-figure=arrived]")).to_have_text("6")
        rhythm = 5 * 60 / max(time.monotonic() - began, 0.1)
        print(f"rhythm at the camera: {rhythm:.0f} people a minute")  # noqa: T201
        assert rhythm >= PEOPLE_A_MINUTE
        wait_until_synced(one.page)
    assert door.facts().count(("door_scan", "admitted")) == 6


def test_a_scanner_in_the_hand_is_answered_at_once(chromium, house):
    door = make_door(house, [f"排队{number}号" for number in range(60)])
    with opened(chromium, door) as one:
        began = time.monotonic()
        times = feed(one.page, door.codes)
        rhythm = len(times) * 60 / (time.monotonic() - began)
        print(f"by scanner: {rhythm:.0f} people a minute, slowest {max(times):.0f} ms")  # noqa: T201
        assert rhythm >= PEOPLE_A_MINUTE
        wait_until_synced(one.page)
        expect(one.page.locator("[data-figure=arrived]")).to_have_text("60")


def test_the_page_says_nothing_of_lesson_or_person_and_is_the_same_for_all(chromium, house):
    doors = [make_door(house), make_door(house)]
    with window(chromium, house) as one:
        texts = []
        for door in doors:
            answered = one.page.goto(f"{house.url}/desk/{door.lesson}")
            texts.append(answered.text())
            expect(one.page.locator("#no-desk-title")).to_be_visible()
            expect(one.page.locator("#open-here")).to_have_attribute(
                "href", f"/desk/{door.lesson}/open"
            )
        assert texts[0] == texts[1]


def test_nothing_of_the_reader_is_loaded_by_the_page_before_the_camera_starts(chromium, door):
    with opened(chromium, door) as one:
        wait_until_kept(one.page)
        asked: list[str] = []
        one.page.on("request", lambda request: asked.append(request.url))
        one.page.reload()
        wait_until_synced(one.page)
        assert [url for url in asked if "wasm" in url or "ponyfill" in url] == []


def test_search_checks_in_by_hand_and_undo_takes_it_back(chromium, door):
    with opened(chromium, door) as one:
        one.page.fill("#search-text", "李示")
        row = one.page.locator("#hits li")
        expect(row).to_have_count(1)
        row.locator("button").click()
        expect(answer(one, "admitted")).to_contain_text("李示例")
        one.page.keyboard.press("Escape")
        wait_until_synced(one.page)
        one.page.locator("#recent button").click()
        one.page.locator("#undo-form button[type=submit]").click()
        expect(one.page.locator("#undo-fault")).to_contain_text("请填写撤销原因")
        one.page.locator("[data-reason]").first.click()
        one.page.locator("#undo-form button[type=submit]").click()
        expect(one.page.locator("#recent li")).to_contain_text("已撤销")
        expect(one.page.locator("[data-figure=arrived]")).to_have_text("0")
        wait_until_synced(one.page)
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
        wait_until_synced(one.page)
    assert door.facts() == [("door_scan", "admitted")]


def test_a_ticket_of_another_training_is_named_by_the_server(chromium, house, door):
    other = make_door(house)
    with opened(chromium, door) as one:
        type_code(one, other.codes[0])
        expect(answer(one, "unknown")).to_be_visible()
        expect(one.page.locator("#recent li[data-verdict]")).to_have_count(1)
        wait_until_synced(one.page)
    assert len(door.facts()) == 1


def test_going_out_and_coming_late_are_said(chromium, door):
    _, _, code = door.people[0]
    with opened(chromium, door) as one:
        type_code(one, code)
        expect(answer(one, "admitted")).to_contain_text("迟到5分钟")
        one.page.keyboard.press("Escape")
        one.page.locator("input[value=out]").check(force=True)
        type_code(one, code)
        expect(answer(one, "out")).to_contain_text("签退成功")
        expect(one.page.locator("[data-figure=inside]")).to_have_text("0")
        expect(one.page.locator("[data-figure=arrived]")).to_have_text("1")
        wait_until_synced(one.page)
    assert door.facts() == [("door_scan", "admitted"), ("door_scan", "out")]


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
        expect(one.page.locator("#network[data-state=offline]")).to_be_visible()
        wait_until_synced(one.page)
        expect(one.page.locator("#recent li[data-state=sent]")).to_contain_text(name)
        assert lost[0]["results"][0]["replayed"] is False
        forgive_network(one)
    assert door.facts() == [("door_scan", "admitted")]


def test_second_desk_marks_the_conflict_on_the_first(chromium, door):
    _, name, code = door.people[0]
    with opened(chromium, door) as first, opened(chromium, door) as second:
        type_code(first, code)
        answer(first, "admitted")
        wait_until_synced(first.page)
        type_code(second, code)
        # their clocks decide which of the two was first; the conflict is told at both
        for desk in (second, first):
            expect(desk.page.locator("#recent [data-conflict]")).to_be_visible()
            expect(desk.page.locator("#conflict-list li")).to_contain_text(name)


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
    """The list is gone, what was scanned goes to the organiser, and it can be opened anew."""
    with opened(chromium, door) as one:
        one.expected.add("401")
        with door.house.app.app_context():
            desk = db.session.scalars(select(Desk).order_by(Desk.id.desc())).first()
            desk.revoked_at = datetime.now(UTC)
            makers.save(desk)
        type_code(one, door.codes[2])
        closed = one.page.locator("#closed")
        expect(closed).to_contain_text("签到台已停用")
        expect(closed).to_contain_text("还有1条记录没有上传")
        with one.page.expect_download() as download:
            one.page.keyboard.press("Escape")
            one.page.click("#closed-export")
        assert door.codes[2] in download.value.path().read_text("utf-8")
        one.page.click("#hand-over")
        expect(one.page.locator("#closed-status")).to_contain_text("已交主办方核对")
        one.page.reload()
        one.page.click("#open-here")
        expect(one.page.locator("main form.gb-form")).to_be_visible()
    assert door.facts() == []
