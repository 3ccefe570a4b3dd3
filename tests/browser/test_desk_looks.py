"""The faces of the desk: axe finds nothing and nothing scrolls sideways, whatever is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.doors import (
    answer,
    feed,
    forgive_network,
    go_offline,
    make_door,
    opened,
    type_code,
    wait_until_synced,
)
from tests.browser.test_desk_disk import group_code
from tests.browser.watching import DESKTOP, PHONE, Window, window

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
SMALL = """() => [...document.querySelectorAll("button, a, input, select, label.desk-tick")]
  .filter((one) => one.offsetParent && !one.closest(".visually-hidden, .gb-skip, .desk-tick > *"))
  .filter((one) => one.type !== "checkbox" && one.type !== "radio" && one.type !== "file")
  .filter((one) => one.getBoundingClientRect().height < 44)
  .map((one) => one.id || one.className)"""


def look(one: Window) -> list[str]:
    """Find what is wrong with what is shown now."""
    found = Axe().run(one.page).response["violations"]
    faults = [f"{fault['id']}: {fault['nodes'][0]['target']}" for fault in found]
    faults += ["scrolls sideways"] * bool(one.page.evaluate(SIDEWAYS))
    return faults + [f"too small: {name}" for name in one.page.evaluate(SMALL)]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_face_of_the_desk(chromium, house, language, size):
    door = make_door(house)
    faults: dict[str, list[str]] = {}
    with opened(chromium, door, language=language, size=size, searches=True) as one:
        page = one.page

        def face(name: str, leave: Callable[[], object] | None = None) -> None:
            faults[name] = look(one)
            if leave:
                leave()

        feed(page, door.codes[:1])
        face("admitted", lambda: page.keyboard.press("Escape"))
        wait_until_synced(page)
        face("online")
        go_offline(one)
        type_code(one, "no code at all")
        answer(one, "unknown")
        face("unknown", lambda: page.keyboard.press("Escape"))
        feed(page, door.codes[1:2])
        page.keyboard.press("Escape")
        page.fill("#search-text", "张样")
        expect(page.locator("#hits li")).to_have_count(1)
        face("offline with hits", lambda: page.fill("#search-text", ""))
        type_code(one, f"{house.url}/g/{group_code(door)}")
        expect(page.locator("#group-list li")).to_have_count(4)
        face("group", lambda: page.click("#group-cancel"))
        page.click("#walk-in-open")
        page.click("#walk-in-form button[type=submit]")
        face("walk-in with faults", lambda: page.click("#walk-in-cancel"))
        page.locator("#recent button:visible").first.click()
        face("undo", lambda: page.click("#undo-cancel"))
        page.click("#forget")
        face("wipe", lambda: page.click("#forget-cancel"))
        forgive_network(one)
    with window(chromium, house, language=language, size=size) as one:
        one.go(f"/desk/{door.lesson}")
        expect(one.page.locator("#no-desk-title")).to_be_visible()
        faults["no desk"] = look(one)
    assert {name: found for name, found in faults.items() if found} == {}


def test_the_desk_works_by_keyboard_alone(chromium, house):
    """From the top of the page to an answer, by Tab and Enter; the answer is read out."""
    door = make_door(house)
    with opened(chromium, door) as one:
        one.page.locator("body").press("Tab")
        expect(one.page.locator(".gb-skip")).to_be_focused()
        for _ in range(12):
            one.page.keyboard.press("Tab")
            if one.page.evaluate("document.activeElement.id") == "code-text":
                break
        one.page.keyboard.type(door.codes[0])
        one.page.keyboard.press("Enter")
        shown = answer(one, "admitted")
        expect(shown).to_have_attribute("role", "alert")
        one.page.keyboard.press("Escape")
        expect(shown).to_be_hidden()
        wait_until_synced(one.page)
