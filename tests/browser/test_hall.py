"""The screen of a hall in Chromium: its code is read off the picture, and a phone follows it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from app.accounts.models import Role
from app.attendance.models import Direction, Fact
from app.attendance.queries.hall import code_of
from app.kit.database import db
from tests import makers
from tests.attendance.people import make_attendees
from tests.browser.house import House
from tests.browser.watching import Window, window

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]
PROJECTORS = [{"width": 1280, "height": 720}, {"width": 1920, "height": 1080}]
OLD_ONE = {"width": 1024, "height": 768}


@dataclass
class Hall:
    """A lesson that is on, two people who are expected, and a trainer's cookie."""

    house: House
    lesson: str
    people: list[tuple[str, str]]  # (name, code)
    cookie: dict

    @property
    def page(self) -> str:
        return f"/staff/lessons/{self.lesson}/hall"

    def verdicts(self) -> list[str]:
        with self.house.app.app_context():
            return list(db.session.scalars(select(Fact.verdict).order_by(Fact.id.desc())))

    def code(self, *, ago: int) -> str:
        with self.house.app.app_context():
            at = datetime.now(UTC) - timedelta(seconds=ago)
            return code_of(self.lesson, Direction.IN, now=at)


@pytest.fixture
def hall(house) -> Hall:
    with house.app.app_context():
        organisation = makers.make_organisation()
        trainer = makers.make_staff(Role.TRAINER, organisation=organisation)
        training = makers.make_training(
            organisation, starts_at=datetime.now(UTC) - timedelta(minutes=5), trainer=trainer
        )
        made = make_attendees(training, 2)
        for (attendee, _), name in zip(made, ("王示例", "李示例"), strict=True):
            attendee.name = name
        makers.save(*(attendee for attendee, _ in made))
        return Hall(
            house=house,
            lesson=training.lessons[0].public_id,
            people=[(attendee.name, code) for attendee, code in made],
            cookie=house.cookie_of(trainer),
        )


def code_on(screen: Window) -> str:
    """Read the code as a camera would: from the picture of the screen."""
    picture = Image.open(io.BytesIO(screen.page.screenshot()))
    [found] = zxingcpp.read_barcodes(picture)
    return found.text


def follow(phone: Window, address: str) -> int:
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == phone.house.url
    return phone.go(f"{parts.path}?{parts.query}")


def test_a_phone_follows_the_code_and_the_screen_counts_it(chromium, hall):
    name, ticket = hall.people[0]
    with (
        window(chromium, hall.house, size=PROJECTORS[0], cookies=[hall.cookie]) as screen,
        window(chromium, hall.house) as phone,
    ):
        screen.go(hall.page)
        expect(screen.page.locator("#hall-came")).to_have_text("0")
        phone.go(f"/t/{ticket}")
        assert follow(phone, code_on(screen)) == 200
        expect(phone.page.locator(".checkin-name")).to_have_text(name)
        phone.page.get_by_role("button", name="确认签到").click()
        expect(phone.page.locator("body[data-verdict=admitted]")).to_be_visible()
        expect(phone.page.locator("h1")).to_have_text("签到成功")
        expect(screen.page.locator("#hall-came")).to_have_text("1")
        assert code_on(screen)  # drawn by the program now
    assert hall.verdicts()[0] == "admitted"


def test_an_aged_code_is_refused_and_a_typed_name_does_instead(chromium, hall):
    with window(chromium, hall.house) as phone:
        phone.expected.add("410")
        assert phone.go(f"/checkin/{hall.lesson}?c={hall.code(ago=31)}") == 410
        expect(phone.page.get_by_role("alert")).to_contain_text("此二维码已过期")
        assert phone.go(f"/checkin/{hall.lesson}?c={hall.code(ago=0)}") == 200
        phone.page.fill("#f-code", hall.people[1][1])
        phone.page.locator("form:has(#f-code) button").click()
        expect(phone.page.locator(".checkin-name")).to_have_text(hall.people[1][0])


@pytest.mark.parametrize("size", [*PROJECTORS, OLD_ONE], ids=lambda size: str(size["height"]))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_matters_is_a_twentieth_of_the_picture(chromium, hall, size, language):
    options = {"size": size, "language": language, "cookies": [hall.cookie]}
    with window(chromium, hall.house, **options) as screen:
        screen.go(hall.page)
        measured = screen.page.evaluate(
            """() => ({
              long: ['came', 'expected'].map((id) => document.getElementById(`hall-${id}`))
                .map((one) => { one.textContent = '2345'; }),
              letters: Math.min(...[...document.querySelectorAll('h1, .hall-words p, .hall-label')]
                .filter((one) => one.textContent.trim())
                .map((one) => parseFloat(getComputedStyle(one).fontSize))),
              code: document.getElementById('hall-code').getBoundingClientRect().height,
              wide: document.documentElement.scrollWidth - innerWidth,
              cut: [...document.querySelectorAll('.hall-words p')]
                .some((one) => one.scrollWidth > one.clientWidth + 1),
              low: document.querySelector('.hall-words').scrollHeight - innerHeight,
            })"""
        )
        assert measured["letters"] >= size["height"] / 20
        assert measured["code"] >= min(size["height"] * 0.8, size["width"] * 0.49)
        assert measured["wide"] <= 0
        assert measured["low"] < 0
        assert measured["cut"] is False


def test_without_network_no_old_code_is_shown(chromium, hall):
    with window(chromium, hall.house, size=PROJECTORS[0], cookies=[hall.cookie]) as screen:
        screen.page.clock.install()
        screen.page.route("**/hall/code*", lambda route: route.abort())
        screen.go(hall.page)
        expect(screen.page.locator("#hall-code")).to_be_visible()
        screen.page.clock.fast_forward(21_000)  # a step, and as long as a late code may stay
        expect(screen.page.locator("#hall-trouble")).to_contain_text("网络中断")
        expect(screen.page.locator("#hall-code")).to_be_hidden()
        screen.page.unroute("**/hall/code*")
        screen.page.clock.fast_forward(6_000)
        expect(screen.page.locator("#hall-code")).to_be_visible()
        expect(screen.page.locator("#hall-trouble")).to_be_hidden()
        screen.faults[:] = [one for one in screen.faults if "ERR_FAILED" not in one]


def test_signed_out_the_screen_says_so(chromium, hall):
    with window(chromium, hall.house, size=PROJECTORS[0], cookies=[hall.cookie]) as screen:
        screen.go(hall.page)
        screen.context.clear_cookies()
        expect(screen.page.locator("#hall-trouble")).to_contain_text("登录已失效")
        expect(screen.page.locator("#hall-code")).to_be_hidden()


def test_without_javascript_the_screen_renews_itself(chromium, hall):
    options = {"size": PROJECTORS[0], "cookies": [hall.cookie], "java_script_enabled": False}
    with window(chromium, hall.house, **options) as screen:
        screen.go(hall.page)
        first = code_on(screen)
        with screen.page.expect_navigation():
            pass
        assert code_on(screen) != first
