"""The rule and objections in Chromium: a phone objects, an organiser tries a rule and answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from app.accounts.models import Role
from tests import makers
from tests.attendance.test_appeals import PDF, TEXT, Scene
from tests.browser.watching import DESKTOP, PHONE, Window, window

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]
AXE = Axe()
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PICTURES = os.environ.get("PICTURES", "")  # a folder for people who want to look


@pytest.fixture
def scene(house) -> Iterator[Scene]:
    with house.app.app_context():
        yield Scene()


def look(one: Window, name: str) -> None:
    """Expect that a page fits and that axe finds nothing in it."""
    if PICTURES:
        one.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    found = [item["id"] for item in AXE.run(one.page).response["violations"]]
    assert (found, one.page.evaluate(WIDER)) == ([], 0), name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_objection_goes_from_the_phone_to_the_desk_and_back(
    chromium, house, scene, language, tmp_path
):
    own = f"/t/{scene.code}/appeal"
    photo = tmp_path / "photo.pdf"
    photo.write_bytes(PDF)
    with window(chromium, house, size=PHONE, language=language) as one:
        one.go(own)
        look(one, f"appeal-form-{language}")
        one.page.locator("#f-text").fill(TEXT)
        one.page.locator("#f-file").set_input_files(photo)
        one.page.locator("#raise button[type=submit]").click()
        expect(one.page.get_by_text(TEXT)).to_be_visible()
        look(one, f"appeal-sent-{language}")
    cookie = house.cookie_of(makers.make_staff(Role.ORGANISER, organisation=scene.organisation))
    for size, name in ((PHONE, "360"), (DESKTOP, "1280")):
        with window(chromium, house, size=size, language=language, cookies=[cookie]) as one:
            one.go("/staff/appeals")
            look(one, f"appeals-{language}-{name}")
            one.page.locator("main table a").first.click()
            expect(one.page.get_by_text(TEXT)).to_be_visible()
            look(one, f"appeal-staff-{language}-{name}")
    with window(chromium, house, size=DESKTOP, language=language, cookies=[cookie]) as one:
        one.go("/staff/appeals")
        one.page.locator("main table a").first.click()
        one.page.locator("#accept #f-answer").fill("监控已核对")
        one.page.locator("#accept button[type=submit]").click()
        expect(one.page.locator("#accept")).to_have_count(0)
        look(one, f"appeal-answered-{language}")
    with window(chromium, house, size=PHONE, language=language) as one:
        one.go(own)
        expect(one.page.get_by_text("监控已核对").first).to_be_visible()
        look(one, f"appeal-read-{language}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_rule_is_tried_before_it_holds(chromium, house, scene, language):
    cookie = house.cookie_of(scene.staff)
    url = f"/staff/trainings/{scene.training.public_id}/rule"
    for size, name in ((PHONE, "360"), (DESKTOP, "1280")):
        with window(chromium, house, size=size, language=language, cookies=[cookie]) as one:
            one.go(url)
            look(one, f"rule-{language}-{name}")
            one.page.locator("#f-amount").fill("10")
            one.page.locator("#change button[type=submit]").click()
            expect(one.page.locator("#preview")).to_contain_text("申诉人")
            look(one, f"rule-preview-{language}-{name}")
    with window(chromium, house, size=DESKTOP, language=language, cookies=[cookie]) as one:
        one.go(f"{url}?preview=yes&measure=percent&amount=10&presence=entry&sources=door_scan")
        one.page.locator("#f-reason").fill("省局要求")
        one.page.locator("#preview button[type=submit]").click()
        expect(one.page.get_by_text("省局要求")).to_be_visible()
        look(one, f"rule-changed-{language}")
