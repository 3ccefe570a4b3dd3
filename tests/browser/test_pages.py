"""Every page, as everybody who may see it: usable by all, on any screen, light enough, quiet.

On each page axe finds nothing, in both languages, at 360 and 1280 px, by day and by night (every
pair of these is seen); nothing needs scrolling sideways, at 200 % zoom neither; the Tab key reaches
every control and shows where it is; everything that came weighs no more than 150 kB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response, expect
from werkzeug.exceptions import (
    Forbidden,
    InternalServerError,
    RequestEntityTooLarge,
    TooManyRequests,
)

from app.accounts.models import Role
from app.kit import clock
from app.seeds import play
from tests import makers
from tests.browser.house import serving
from tests.browser.rounds import HOLDER, NEWCOMER, NOBODY, cookies_of, grouped, list_visits
from tests.browser.watching import DESKTOP, PHONE, ZOOMED, Window, packed, window

pytestmark = [
    pytest.mark.needs_chromium,
    pytest.mark.xdist_group("pages"),
    pytest.mark.timeout(400),
]
REFUSALS = (Forbidden(), RequestEntityTooLarge(), TooManyRequests(), InternalServerError())
EVERYBODY = (NOBODY, HOLDER, NEWCOMER, *(role.value for role in Role))
HEAVIEST = 150_000
MOST_TABS = 400
DATE_PARTS = 5  # a date is several stops
AXE = Axe()
LOOKS = {
    "zh": ((PHONE, "light"), (DESKTOP, "dark")),
    "en": ((PHONE, "dark"), (DESKTOP, "light")),
}
CONTROLS = """() => {
  const isHead = (one) => {
    const all = [...document.getElementsByName(one.name)].filter((two) => two.form === one.form);
    return one === (all.find((two) => two.checked) ?? all[0]);
  };
  const controls = [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
    .filter((one) => one.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}))
    .filter((one) => !one.disabled && one.tabIndex >= 0 && (one.type !== "radio" || isHead(one)));
  for (const one of controls) one.dataset.unseen = "";
  return controls.length;
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  const left = document.querySelectorAll("[data-unseen]").length;
  if (!one || one === document.body) return [left, ""];
  delete one.dataset.unseen;
  const style = getComputedStyle(one);
  const isShown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return [left, isShown ? "" : one.outerHTML.slice(0, 120)];
}"""
EMPTIED = """() => {
  const form = document.querySelector("main form.gb-form[method=post]");
  if (!form?.querySelector("[required]")) return false;
  for (const one of form.querySelectorAll("input, textarea, select")) {
    if (["radio", "checkbox"].includes(one.type)) one.checked = false;
    else if (!["hidden", "submit"].includes(one.type)) one.value = "";
  }
  form.dataset.emptied = "";
  return true;
}"""
UNREACHED = """() => [...document.querySelectorAll("[data-unseen]")]
  .map((one) => one.outerHTML.slice(0, 120))"""
DRAWN = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"""
WIDER = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A running server with the year of demonstration data."""
    with serving(tmp_path_factory.mktemp("year")) as running:
        with running.app.app_context():
            play.seed(play.Profile.DEMO, now=clock.now())
        yield running


@pytest.fixture(scope="module")
def visits(house):
    return grouped(list_visits(house.app))


@pytest.fixture(scope="module")
def cookies(house):
    found = cookies_of(house.app)
    return {
        who: [{"name": "guanbiao", "value": value, "url": house.url}] if value else []
        for who, value in found.items()
    }


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("who", EVERYBODY)
def test_every_page_is_good_to_everybody(*, chromium, house, visits, cookies, who, language):
    with window(chromium, house, language=language, cookies=cookies[who]) as one:
        one.expected |= {"404", "409"}
        scale = Scale(one.page)
        for visit in visits[who]:
            scale.clear()
            if (status := one.go(visit.path)) != visit.status:
                one.faults.append(f"{status} {visit.path}")
                continue
            one.faults += [f"{visit.path}: {fault}" for fault in look(one, language)]
            if (total := scale.total()) > HEAVIEST:
                one.faults.append(f"{visit.path} weighs {total}")


@pytest.mark.parametrize("who", [NOBODY, HOLDER, NEWCOMER, Role.ORGANISER.value])
def test_every_form_sent_empty_says_all_at_once_and_is_good_too(
    *, chromium, house, visits, cookies, who
):
    with window(chromium, house, language="en", cookies=cookies[who]) as one:
        one.expected |= {"401", "404", "409", "422"}
        sent = 0
        for visit in visits[who]:
            one.go(visit.path)
            if not one.page.evaluate(EMPTIED):
                continue
            sent += 1
            with one.page.expect_navigation():
                one.page.evaluate('() => document.querySelector("[data-emptied]").submit()')
            one.faults += [f"{visit.path} with faults: {fault}" for fault in hurts(one.page)]
            if not one.page.locator("[data-error-summary] li").count():
                one.faults.append(f"{visit.path}: says no fault")
        assert sent


def test_the_skip_link_comes_first_and_leads_to_the_content(chromium, house):
    with window(chromium, house) as one:
        one.go("/")
        one.page.keyboard.press("Tab")
        assert one.page.evaluate("document.activeElement.className") == "gb-skip"
        one.page.keyboard.press("Enter")
        assert one.page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_second_step_of_signing_in_is_good(chromium, house, language):
    with house.app.app_context():
        staff = makers.make_staff(Role.ORGANISER)
        staff.totp_secret = pyotp.random_base32()
        makers.save(staff)
        email = staff.email
    with window(chromium, house, language=language) as one:
        one.go("/staff/sign-in")
        one.page.fill("[name=email]", email)
        one.page.fill("[name=password]", makers.PASSWORD)
        one.page.locator("main form [type=submit]").click()
        expect(one.page).to_have_url(re.compile("/staff/sign-in/code$"))
        one.faults += look(one, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_with_a_password_that_is_shown_once_is_good(chromium, house, cookies, language):
    with window(chromium, house, language=language, cookies=cookies[Role.ADMIN.value]) as one:
        one.go("/staff/people/new")
        one.page.fill("[name=name]", "新来的")
        one.page.fill("[name=email]", f"new-{language}@example.com")
        one.page.check("[name=roles]")
        one.page.locator("main form.gb-form [type=submit]").click()
        expect(one.page.locator("[data-copy]").first).to_be_visible()
        one.faults += look(one, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_look_at_what_an_import_makes_is_good(chromium, house, cookies, language):
    rows = [f"示例场次{number},直播,2030-01-0{number},9:00,12:00,100" for number in (5, 6)]
    text = "\r\n".join(["标题,方式,日期,开始时间,结束时间,线上名额", *rows])
    table = {"name": "two.csv", "mimeType": "text/csv", "buffer": text.encode()}
    with window(chromium, house, language=language, cookies=cookies[Role.ORGANISER.value]) as one:
        one.go("/staff/trainings/upload")
        one.page.set_input_files("[name=file]", table)
        one.page.locator("main form.gb-form [type=submit]").click()
        expect(one.page.locator("main tbody tr")).to_have_count(2)
        one.faults += look(one, language)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: str(one.code))
def test_pages_that_refuse_are_good(*, chromium, house, language, refusal):
    """Each as the application's own handlers word it, laid before the browser."""
    where = {"path": "/refused", "headers": {"Accept-Language": language}}
    with house.app.test_request_context(**where):
        answer = house.app.make_response(house.app.handle_user_exception(refusal))
    assert answer.status_code == refusal.code
    with window(chromium, house, language=language) as one:
        one.expected.add(str(refusal.code))
        one.page.route(
            "**/refused",
            lambda route: route.fulfill(
                status=answer.status_code, content_type=answer.content_type, body=answer.get_data()
            ),
        )
        assert one.go("/refused") == refusal.code
        expect(one.page.locator(".gb-error h1")).to_be_visible()
        one.faults += look(one, language)
        one.faults[:] = [fault for fault in one.faults if "status of 500" not in fault]


def look(one: Window, language: str) -> Iterator[str]:
    """Find what is wrong with the page before us; each pair of size, light and language is seen."""
    page = one.page
    for size, scheme in LOOKS[language]:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.evaluate(DRAWN)
        yield from (f"{size['width']} px, {scheme}: {fault}" for fault in hurts(page))
    page.set_viewport_size(ZOOMED)
    page.evaluate(DRAWN)
    if wider := page.evaluate(WIDER):
        yield f"{wider} px too wide at 200 %"
    if language == "zh":
        yield from tab_through(page)


def hurts(page: Page) -> Iterator[str]:
    """Find what axe finds, and scrolling sideways."""
    if wider := page.evaluate(WIDER):
        yield f"{wider} px too wide"
    for violation in AXE.run(page).response["violations"]:
        nodes = [(node["target"], node["html"][:150]) for node in violation["nodes"][:3]]
        yield f"{violation['id']} {nodes}"


def tab_through(page: Page) -> Iterator[str]:
    """Find controls that Tab does not reach, or that do not show that they were reached."""
    page.evaluate("() => { document.activeElement?.blur(); window.scrollTo(0, 0); }")
    left = page.evaluate(CONTROLS)
    presses = min(left * DATE_PARTS, MOST_TABS)
    while left and (presses := presses - 1):
        page.keyboard.press("Tab")
        left, hidden = page.evaluate(FOCUSED)
        if hidden:
            yield f"the focus cannot be seen on {hidden}"
    if unreached := page.evaluate(UNREACHED):
        yield f"Tab does not reach {unreached[:4]}"


class Scale:
    """Weighs what a page asks for; what was weighed once is remembered."""

    def __init__(self, page: Page) -> None:
        self.known: dict[str, int] = {}
        self.came: list[Response] = []
        page.on("response", lambda answer: self.came.append(answer))  # noqa: PLW0108 - takes no builtins

    def clear(self) -> None:
        self.came.clear()

    def total(self) -> int:
        for answer in self.came:
            if answer.url not in self.known or answer.request.is_navigation_request():
                self.known[answer.url] = packed(answer)
        return sum(self.known[answer.url] for answer in self.came)
