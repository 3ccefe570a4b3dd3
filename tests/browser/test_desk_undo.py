"""Taking a scan back without network: at once on the phone, once at the server, never lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.attendance.models import Attendance, Credit
from app.kit.database import db
from app.trainings.models import Lesson
from tests.browser.doors import (
    Door,
    answer,
    feed,
    go_offline,
    go_online,
    make_door,
    opened,
    wait_until_kept,
    wait_until_synced,
)
from tests.browser.test_desk_disk import fill_in_walk_in

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]


def take_back(page: Page, reason: str = "") -> None:
    """Undo the newest record, by an offered reason or by one that is typed."""
    page.keyboard.press("Escape")
    page.locator("#recent li").first.locator("button").click()
    if reason:
        page.fill("#undo-reason", reason)
    else:
        page.locator("[data-reason]").first.click()
    page.locator("#undo-form button[type=submit]").click()


def credits_of(door: Door) -> list[tuple[Credit, bool]]:
    with door.house.app.app_context():
        lesson = select(Lesson.id).where(Lesson.public_id == door.lesson).scalar_subquery()
        rows = db.session.scalars(select(Attendance).where(Attendance.lesson_id == lesson))
        return [(row.credit, row.is_inside) for row in rows]


@pytest.mark.parametrize("scanned", ["before", "after"])
def test_undo_without_network_counts_at_once_and_acts_once(chromium, house, scanned):
    """The scan is known to the server or still waits; the phone is restarted in between."""
    door = make_door(house)
    with opened(chromium, door) as one:
        wait_until_kept(one.page)
        arrived = one.page.locator("[data-figure=arrived]")
        inside = one.page.locator("[data-figure=inside]")
        if scanned == "before":
            feed(one.page, door.codes[:1])
            expect(one.page.locator("#recent [data-waiting]")).to_be_hidden()
            with one.page.expect_response("**/changes?after=*"):
                wait_until_synced(one.page)
            go_offline(one)
        else:
            go_offline(one)
            feed(one.page, door.codes[:1])
        expect(arrived).to_have_text("1")
        take_back(one.page)
        expect(arrived).to_have_text("0")
        expect(inside).to_have_text("0")
        waiting = 1 if scanned == "before" else 2
        expect(one.page.locator("#network")).to_contain_text(f"离线，{waiting}条待上传")
        one.page.reload()
        undone = one.page.locator("#recent li[data-undo=waiting]")
        expect(undone).to_contain_text("已撤销")
        expect(undone.locator("[data-waiting]")).to_be_visible()
        expect(arrived).to_have_text("0")
        feed(one.page, door.codes[:1])
        answer(one, "admitted")
        take_back(one.page)
        expect(arrived).to_have_text("0")
        go_online(one)
        expect(arrived).to_have_text("0")
        expect(one.page.locator("#recent li[data-undo=waiting]")).to_have_count(0)
    kinds = [kind for kind, _ in door.facts()]
    assert sorted(kinds) == ["door_scan", "door_scan", "undo", "undo"]
    assert credits_of(door) == [(Credit.ABSENT, False)]


def test_only_offered_reasons_wait_on_the_phone(chromium, house):
    door = make_door(house)
    with opened(chromium, door) as one:
        go_offline(one)
        feed(one.page, door.codes[:1])
        take_back(one.page, "张三看错了")
        expect(one.page.locator("#undo-fault")).to_contain_text("请选用上面列出的原因")
        one.page.click("#undo-cancel")
        go_online(one)
        take_back(one.page, "张三看错了")
        expect(one.page.locator("#recent li")).to_contain_text("已撤销")
        wait_until_synced(one.page)
    assert [kind for kind, _ in door.facts()] == ["door_scan", "undo"]


def test_an_undo_never_comes_before_its_scan(chromium, house):
    """Both are made while the walk-ins of the same round, sent after the scans, are under way."""
    door, held = make_door(house), []
    with opened(chromium, door) as one:
        one.page.route("**/walk-ins", lambda route: held.append(route))  # noqa: PLW0108
        with one.page.expect_request("**/walk-ins"):
            fill_in_walk_in(one.page)
        feed(one.page, door.codes[:1])
        take_back(one.page)
        expect(one.page.locator("#network")).to_contain_text("3条待上传")
        held[0].continue_()
        wait_until_synced(one.page)
        expect(one.page.locator("#recent li[data-undo=sent]")).to_have_count(1)
    assert sorted(kind for kind, _ in door.facts()) == ["door_scan", "door_scan", "undo"]


def test_an_undo_whose_answer_was_lost_is_replayed_and_a_refused_one_is_shown(chromium, house):
    door = make_door(house)
    with opened(chromium, door) as one:
        one.expected |= {"409"}
        lost: list[int] = []

        def lose_the_first(route):
            if lost:
                return route.continue_()
            lost.append(route.fetch().status)
            return route.abort()

        feed(one.page, door.codes[:1])
        expect(one.page.locator("#recent li[data-state=sent]")).to_have_count(1)
        one.page.route("**/undo", lose_the_first)
        take_back(one.page)
        expect(one.page.locator("#recent li[data-undo=sent]")).to_be_visible()
        assert lost == [200]
        one.page.unroute("**/undo")
        feed(one.page, door.codes[1:2])
        wait_until_synced(one.page)
        refusal = {"code": "nothing_to_undo", "detail": "没有可以撤销的记录"}
        one.page.route("**/undo", lambda route: route.fulfill(status=409, json=refusal))
        take_back(one.page)
        answer(one, "undo_refused")
        expect(one.page.locator("#recent li[data-undo=aside]")).to_contain_text(
            "没有可以撤销的记录"
        )
        expect(one.page.locator("#network")).to_contain_text("1条被搁置")
        expect(one.page.locator("[data-figure=arrived]")).to_have_text("1")
        one.faults[:] = [fault for fault in one.faults if "ERR_FAILED" not in fault]
    assert [kind for kind, _ in door.facts()] == ["door_scan", "undo", "door_scan"]
