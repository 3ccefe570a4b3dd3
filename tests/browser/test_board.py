"""The board in Chromium: it follows the door by itself, rests when nobody looks, tells of gaps."""

from __future__ import annotations

import json
import re
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from app.accounts.models import Role
from app.kit.ids import new_uuid
from tests import makers
from tests.attendance.people import desk_token, make_attendees, make_desk
from tests.browser.watching import DESKTOP, window

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]
TO_THE_SECOND = re.compile(r"\d\d:\d\d:\d\d")
CAME = "#board .gb-stat:nth-child(2) .gb-stat-value"
OFFLINE = ("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")  # what it provokes
IN_THE_BACKGROUND = """hidden => {
  Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


class Hall:
    """A lesson that is on, its people's codes, its desk's token, its organiser's cookie."""

    def __init__(self, house) -> None:
        self.house = house
        with house.app.app_context():
            organisation = makers.make_organisation()
            organiser = makers.make_staff(Role.ORGANISER, organisation=organisation)
            begins = datetime.now(UTC) - timedelta(minutes=5)
            training = makers.make_training(organisation, starts_at=begins)
            [lesson] = training.lessons
            self.codes = [code for _, code in make_attendees(training, 3)]
            self.token = desk_token(make_desk(lesson))
            self.lesson = lesson.public_id
            self.cookie = house.cookie_of(organiser)
        self.path = f"/staff/lessons/{self.lesson}/board"

    def scan(self, number: int) -> None:
        """Scan the ticket of one person through the API, as a desk does."""
        scan = {
            "uid": new_uuid(),
            "code": self.codes[number],
            "direction": "in",
            "occurred_at": datetime.now(UTC).isoformat(),
            "sequence": number + 1,
        }
        asked = urllib.request.Request(  # noqa: S310 - a server of this test
            f"{self.house.url}/api/v1/lessons/{self.lesson}/scans",
            data=json.dumps({"scans": [scan]}).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked) as answer:  # noqa: S310 - as above
            assert json.load(answer)["results"][0]["verdict"] == "admitted"


@pytest.fixture
def hall(house) -> Hall:
    return Hall(house)


def test_a_scan_shows_without_reloading_and_nothing_folds_up(chromium, hall):
    with window(chromium, hall.house, cookies=[hall.cookie], size=DESKTOP) as one:
        one.go(hall.path)
        one.page.evaluate("window.isTheSamePage = true")
        summary = one.page.locator("#board summary")
        summary.click()
        expect(one.page.locator(CAME)).to_have_text("0")
        hall.scan(0)
        expect(one.page.locator(CAME)).to_have_text("1", timeout=15_000)
        assert one.page.evaluate("window.isTheSamePage")
        expect(one.page.locator("#board figure details[open]")).to_have_count(1)
        expect(summary).to_be_focused()
        expect(one.page.locator("[data-board-time]")).to_have_text(TO_THE_SECOND)


def test_an_unchanged_board_is_answered_with_304(chromium, hall):
    with window(chromium, hall.house, cookies=[hall.cookie]) as one:
        one.page.clock.install(time=datetime.now(UTC))
        one.go(hall.path)
        statuses = []
        for _ in range(3):  # a minute may turn between two of them
            with one.page.expect_response(lambda answer: hall.path in answer.url) as came:
                one.page.clock.run_for(5_000)
            statuses.append(came.value.status)
        assert 304 in statuses
        expect(one.page.locator("[data-board-trouble]")).to_be_hidden()
        expect(one.page.locator("[data-board-live]")).to_be_visible()


def test_it_rests_in_the_background_and_asks_at_once_when_seen_again(chromium, hall):
    with window(chromium, hall.house, cookies=[hall.cookie]) as one:
        one.page.clock.install(time=datetime.now(UTC))
        one.go(hall.path)
        asked: list[str] = []
        one.page.on("request", lambda one: asked.append(one.url) if hall.path in one.url else None)
        one.page.evaluate(IN_THE_BACKGROUND, True)
        one.page.clock.run_for(60_000)
        assert asked == []
        hall.scan(0)
        one.page.evaluate(IN_THE_BACKGROUND, False)
        expect(one.page.locator(CAME)).to_have_text("1")


def test_it_says_that_the_server_is_out_of_reach_and_goes_on(chromium, hall):
    with window(chromium, hall.house, cookies=[hall.cookie]) as one:
        one.page.clock.install(time=datetime.now(UTC))
        one.go(hall.path)
        trouble = one.page.locator("[data-board-trouble]")
        expect(trouble).to_be_hidden()
        one.context.set_offline(True)
        one.page.clock.run_for(5_000)
        expect(trouble).to_be_visible()
        hall.scan(0)
        one.context.set_offline(False)
        one.page.clock.run_for(5_000)
        expect(trouble).to_be_hidden()
        expect(one.page.locator(CAME)).to_have_text("1")
        one.faults[:] = [fault for fault in one.faults if not any(map(fault.count, OFFLINE))]


def test_without_javascript_the_figures_and_their_table_are_there(chromium, hall):
    hall.scan(0)
    with window(chromium, hall.house, cookies=[hall.cookie], java_script_enabled=False) as one:
        one.go(hall.path)
        expect(one.page.locator(CAME)).to_have_text("1")
        expect(one.page.locator("[data-board-live]")).to_be_hidden()
        one.page.locator("#board summary").click()
        expect(one.page.locator("#board figure table tbody tr").first).to_be_visible()
