"""The sign-up form in Chromium: no JavaScript, tapped twice, sent with faults, gone back to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from app.kit.database import db
from app.registrations.models import Attendee, Registration
from tests import makers
from tests.browser.signing_up import ATTENDEES, fill_in, send, typed
from tests.browser.watching import window

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]


@pytest.fixture
def training(house):
    """A training of our own, open for sign-up."""
    now = datetime.now(UTC)
    with house.app.app_context():
        made = makers.make_training(
            starts_at=now + timedelta(days=9), signup_opens_at=now - timedelta(days=1)
        )
        return made.public_id


def booked(house, training: str) -> tuple[int, int]:
    """Count the registrations of a training, and the people on them."""
    with house.app.app_context():
        registrations, attendees = (
            db.session.scalar(
                select(func.count(model.id)).where(
                    model.training.has(public_id=training)
                    if model is Registration
                    else Attendee.registration.has(Registration.training.has(public_id=training))
                )
            )
            for model in (Registration, Attendee)
        )
        return registrations or 0, attendees or 0


def test_sign_up_without_javascript_books_all_rows(chromium, house, training):
    with window(chromium, house, java_script_enabled=False) as one:
        one.go(f"/trainings/{training}/register")
        fill_in(one.page, makers.USCCS[0], ATTENDEES[:1])
        one.page.click("noscript button, button[name=add]")
        assert typed(one.page)["attendees-0-name"] == ATTENDEES[0][0]
        one.page.fill("[name=attendees-1-name]", ATTENDEES[1][0])
        one.page.fill("[name=attendees-1-phone]", ATTENDEES[1][1])
        send(one.page)
        assert [text.strip() for text in one.page.locator(".gb-ticket h3").all_inner_texts()] == [
            name for name, _phone in ATTENDEES
        ]
    assert booked(house, training) == (1, 2)


def test_sign_up_when_tapped_twice_books_once(chromium, house, training):
    with window(chromium, house) as one:
        one.go(f"/trainings/{training}/register")
        fill_in(one.page, makers.USCCS[0])
        one.page.locator("form[data-sign-up] .gb-actions [type=submit]").dblclick(
            no_wait_after=True
        )
        one.page.wait_for_url("**/my/registrations/*")
    assert booked(house, training) == (1, 2)


def test_sign_up_sent_again_after_going_back_books_once_and_says_so(chromium, house, training):
    with window(chromium, house, java_script_enabled=False) as one:
        one.expected.add("409")
        one.go(f"/trainings/{training}/register")
        fill_in(one.page, makers.USCCS[0], ATTENDEES[:1])
        before = typed(one.page)
        send(one.page)
        one.page.go_back()
        assert typed(one.page) == before
        send(one.page)
        expect(one.page.locator("[data-error-summary] li")).to_have_count(1)
        assert typed(one.page) == before | {"enterprise-city": "440100"}  # told by the code
    assert booked(house, training) == (1, 1)


def test_sign_up_with_faults_keeps_all_that_was_typed(chromium, house, training):
    with window(chromium, house) as one:
        one.expected.add("422")
        one.go(f"/trainings/{training}/register")
        fill_in(
            one.page, makers.USCCS[0][:-1] + "A", (ATTENDEES[0], ("乙示例", "12")), consents=False
        )
        before = typed(one.page)
        send(one.page)
        expect(one.page.locator("[data-error-summary]")).to_be_focused()
        assert typed(one.page) == before
        wrong = one.page.locator("[aria-invalid=true]").evaluate_all(
            "all => all.map(one => one.name)"
        )
        assert wrong == ["enterprise-uscc", "attendees-1-phone", "consent-purposes"]
        one.page.locator("[data-error-summary] a").first.click()
        expect(one.page.locator("[name=enterprise-uscc]")).to_be_focused()
    assert booked(house, training) == (0, 0)


def test_sign_up_when_gone_back_to_keeps_all_that_was_typed(chromium, house, training):
    with window(chromium, house) as one:
        one.go(f"/trainings/{training}/register")
        fill_in(one.page, makers.USCCS[0], ATTENDEES[:1])
        before = typed(one.page)
        one.page.click(".gb-breadcrumbs a >> nth=1")
        one.page.wait_for_url(f"**/trainings/{training}")
        one.page.go_back()
        one.page.wait_for_url("**/register")
        assert typed(one.page) == before


def test_credit_code_with_a_slip_is_told_while_typing(chromium, house, training):
    with window(chromium, house) as one:
        one.go(f"/trainings/{training}/register")
        code = one.page.locator("[name=enterprise-uscc]")
        told = one.page.locator("[name=enterprise-uscc] + [role=status]")
        code.press_sequentially(makers.USCCS[0][:-1] + "O")
        expect(told).to_contain_text("字母I、O")
        code.fill(makers.USCCS[0])
        expect(told).to_have_text("代码格式正确")
        assert typed(one.page)["enterprise-city"] == "440100"
