"""Certificates in Chromium: an organiser issues and watches, a phone verifies what is in hand."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from app.accounts.models import Role
from app.kit.database import db, unit_of_work
from app.proofs.commands import issuing
from app.proofs.models import Proof, RevokeReason
from tests import makers
from tests.browser.house import House
from tests.browser.watching import DESKTOP, PHONE, Window, window
from tests.proofs.scene import AFTER, make_held, make_people, work

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]
AXE = Axe()
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PICTURES = os.environ.get("PICTURES", "")  # a folder for people who want to look


@dataclass
class Office:
    """A training that is over, who passed, and an organiser's cookie."""

    house: House
    training: str
    organisation_id: int
    clerk: int
    code: str
    cookie: dict

    def numbers(self) -> list[str]:
        with self.house.app.app_context():
            return list(db.session.scalars(select(Proof.number).order_by(Proof.id)))

    def work(self) -> None:
        with self.house.app.app_context():
            work()

    def revoke(self, number: str) -> None:
        with self.house.app.app_context():
            unit_of_work(
                lambda: issuing.revoke(
                    self.organisation_id,
                    number,
                    reason=RevokeReason.MISTAKE,
                    note="核对后发现有误",
                    staff_id=self.clerk,
                    by=makers.SOMEBODY,
                    now=AFTER,
                )
            )


@pytest.fixture
def office(house) -> Office:
    with house.app.app_context():
        organisation = makers.make_organisation()
        clerk = makers.make_staff(Role.ORGANISER, organisation=organisation)
        training = make_held(organisation)
        made = make_people(training, 3)
        make_people(training, 1, passed=False)
        return Office(
            house=house,
            training=training.public_id,
            organisation_id=organisation.id,
            clerk=clerk.id,
            code=made[0][1],
            cookie=house.cookie_of(clerk),
        )


def look(one: Window, name: str) -> None:
    """Find faults of accessibility and width; keep a picture if somebody asked for it."""
    assert one.page.evaluate(WIDER) <= 0, name
    assert AXE.run(one.page).response["violations"] == [], name
    if PICTURES:
        one.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_organiser_issues_and_sees_how_far_it_is_without_reloading(chromium, office, size):
    width = size["width"]
    with window(chromium, office.house, size=size, cookies=[office.cookie]) as one:
        one.go(f"/staff/trainings/{office.training}/proofs")
        look(one, f"index-{width}")
        one.page.get_by_text("发放全部（3人）").click()
        one.page.get_by_role("button", name="发放", exact=True).click()
        expect(one.page.get_by_text("等待开始")).to_be_visible()
        look(one, f"progress-{width}")
        office.work()
        expect(one.page.get_by_text("已完成")).to_be_visible()
        with one.page.expect_download() as coming:
            one.page.get_by_role("link", name="下载压缩包").click()
        assert coming.value.suggested_filename.endswith(".zip")
        look(one, f"done-{width}")
        one.page.get_by_role("link", name="返回培训证明").click()
        look(one, f"issued-{width}")
        one.page.get_by_role("link", name=office.numbers()[-1]).first.click()
        look(one, f"single-{width}")
        one.go("/staff/proofs/template")
        look(one, f"template-{width}")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_anybody_verifies_a_number_on_a_phone(chromium, office, language, scheme):
    with office.house.app.app_context():
        unit_of_work(
            lambda: issuing.issue_next(
                office.training,
                office.organisation_id,
                limit=9,
                issuer=issuing.Issuer(staff_id=None),
                now=AFTER,
            )
        )
    number = office.numbers()[-1]
    with window(chromium, office.house, language=language, size=PHONE, color_scheme=scheme) as one:
        one.expected |= {"404", "422"}
        one.go("/proofs")
        look(one, f"ask-{language}-{scheme}")
        one.page.locator("#f-number").fill("PX-1234")
        one.page.keyboard.press("Enter")
        expect(one.page.locator("[data-error-summary]")).to_be_visible()
        one.page.locator("#f-number").fill(number.lower().replace("-", " "))
        one.page.keyboard.press("Enter")
        expect(one.page).to_have_url(f"{office.house.url}/proofs/{number}")
        expect(one.page.locator(".gb-tone-success").first).to_be_visible()
        look(one, f"valid-{language}-{scheme}")
        office.revoke(number)
        one.go(f"/proofs/{number}")
        expect(one.page.locator(".gb-tone-danger").first).to_be_visible()
        look(one, f"revoked-{language}-{scheme}")
        one.go(f"/t/{office.code}/proof")
        look(one, f"mine-{language}-{scheme}")
