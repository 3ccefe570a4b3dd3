"""Filters of lists in Chromium: the list alone is replaced, and the page stays what it was."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.accounts.models import Role
from app.kit import clock
from app.trainings.models import Mode
from tests import makers
from tests.browser.watching import DESKTOP, window

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def cookie(house):
    """An organiser whose house has one training in each of two modes."""
    with house.app.app_context():
        organisation = makers.make_organisation()
        for mode, title in ((Mode.ONSITE, "现场的一场"), (Mode.LIVESTREAM, "直播的一场")):
            starts_at = clock.now() + timedelta(days=7)
            makers.make_training(organisation, mode=mode, title=title, starts_at=starts_at)
        return house.cookie_of(makers.make_staff(Role.ORGANISER, organisation=organisation))


@pytest.mark.parametrize("path", ["/", "/staff/trainings"])
def test_a_choice_replaces_the_list_alone(chromium, house, cookie, path):
    with window(chromium, house, cookies=[cookie], size=DESKTOP) as one:
        one.go(path)
        shown = one.page.locator("#list a", has_text="的一场")
        expect(shown).to_have_count(2)
        one.page.evaluate("window.isTheSamePage = true")
        fold = one.page.locator(".gb-filter-fold > summary")
        if fold.count():
            fold.click()
        mode = one.page.get_by_label("方式", exact=True)
        mode.focus()
        mode.select_option("livestream")
        expect(shown).to_have_text(["直播的一场"])
        assert one.page.evaluate("window.isTheSamePage")
        assert one.page.url == f"{house.url}{path}?mode=livestream"
        expect(mode).to_be_focused()
        expect(one.page.locator("[data-list-status]")).to_have_text("共 1 条")
        assert "mode=livestream" in one.page.locator("#language a").get_attribute("href")
        assert one.page.locator("#list[aria-busy]").count() == 0


def test_going_back_brings_the_form_and_the_list_back_together(chromium, house, cookie):
    with window(chromium, house, cookies=[cookie], size=DESKTOP) as one:
        one.go("/staff/trainings")
        one.page.get_by_label("方式", exact=True).select_option("onsite")
        shown = one.page.locator("#list a", has_text="的一场")
        expect(shown).to_have_text(["现场的一场"])
        one.page.go_back()
        expect(shown).to_have_count(2)
        expect(one.page.get_by_label("方式", exact=True)).to_have_value("")
        one.page.go_forward()
        expect(shown).to_have_count(1)
        expect(one.page.get_by_label("方式", exact=True)).to_have_value("onsite")


def test_nothing_found_is_announced(chromium, house, cookie):
    with window(chromium, house, cookies=[cookie], size=DESKTOP) as one:
        one.go("/staff/trainings")
        one.page.fill("[name=q]", "没有这样的标题")
        one.page.press("[name=q]", "Enter")
        expect(one.page.locator("[data-list-status]")).to_have_text("没有符合条件的场次")
        expect(one.page.locator("[name=q]")).to_be_focused()


def test_what_cannot_be_replaced_is_loaded_whole(chromium, house, cookie):
    """The answer to the part is a failure; the page itself is then asked for, and comes."""
    with window(chromium, house, cookies=[cookie], size=DESKTOP) as one:
        one.go("/staff/trainings")
        one.page.route(
            "**/staff/trainings?*",
            lambda route: (
                route.fulfill(status=503, body="")
                if "hx-request" in route.request.headers
                else route.continue_()
            ),
        )
        with one.page.expect_navigation():
            one.page.get_by_label("方式", exact=True).select_option("onsite")
        expect(one.page.locator("#list a", has_text="的一场")).to_have_text(["现场的一场"])
        one.faults[:] = [fault for fault in one.faults if "503" not in fault]


def test_whoever_is_signed_out_meanwhile_is_led_to_the_sign_in(chromium, house, cookie):
    with window(chromium, house, cookies=[cookie], size=DESKTOP) as one:
        one.expected.add("401")
        one.go("/staff/trainings")
        one.context.clear_cookies()
        one.page.get_by_label("方式", exact=True).select_option("onsite")
        expect(one.page).to_have_url(re.compile("/staff/sign-in[?]next=/staff/trainings"))


def test_without_javascript_the_button_filters(chromium, house, cookie):
    with window(chromium, house, cookies=[cookie], java_script_enabled=False) as one:
        one.go("/staff/trainings")
        one.page.get_by_label("方式", exact=True).select_option("onsite")
        one.page.locator("form[data-autosubmit] button").click()
        expect(one.page.locator("#list a", has_text="的一场")).to_have_text(["现场的一场"])


def test_htmx_comes_only_with_pages_that_use_it(chromium, house):
    with window(chromium, house) as one:
        asked: list[str] = []
        one.page.on("request", lambda request: asked.append(request.url))
        one.go("/privacy")
        assert asked
        assert not any("htmx" in url for url in asked)
        one.go("/")
        assert any("htmx" in url for url in asked)
