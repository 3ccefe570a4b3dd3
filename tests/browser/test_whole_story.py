"""The whole main job in two browsers: sign up, come in by ticket, say how it was, export."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy import select, update

from app.accounts.models import Role
from app.kit.database import db, unit_of_work
from app.trainings.models import Lesson, Training
from tests import makers
from tests.browser.conftest import QUIET, executable
from tests.browser.fake_camera import film, launch_arguments
from tests.browser.house import House
from tests.browser.signing_up import ATTENDEES, ENTERPRISE, fill_in, send
from tests.browser.watching import DESKTOP, Window, window

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]
FIRST, SECOND = (name for name, _phone in ATTENDEES)
USCC = makers.USCCS[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What people read at the turning points of the story."""

    signed_up: str
    admitted: str
    present: str
    very_satisfied: str
    thanks: str


WORDS = {
    "zh": Words(
        signed_up="报名成功",
        admitted="签到成功",
        present="出席",
        very_satisfied="非常满意",
        thanks="感谢",
    ),
    "en": Words(
        signed_up="Sign-up confirmed",
        admitted="Checked in",
        present="Present",
        very_satisfied="Very good",
        thanks="Thank",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A training that begins within the hour, and the address its organiser signs in with."""

    training: str
    lesson: str
    organiser: str


@pytest.fixture
def plan(house) -> Plan:
    now = datetime.now(UTC)
    with house.app.app_context():
        organisation = makers.make_organisation()
        organiser = makers.make_staff(Role.ORGANISER, organisation=organisation)
        training = makers.make_training(
            organisation,
            starts_at=now + timedelta(minutes=40),
            signup_opens_at=now - timedelta(days=1),
            signup_closes_at=now + timedelta(minutes=30),
        )
        return Plan(
            training=training.public_id,
            lesson=training.lessons[0].public_id,
            organiser=organiser.email,
        )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_sign_up_to_the_exported_table(
    *, playwright, chromium, house, plan, tmp_path, language
):
    words = WORDS[language]
    with window(chromium, house, language=language) as phone:
        sign_up(phone, plan, words)
        address = open_first_ticket(phone)
        with (
            with_camera(playwright, film(tmp_path / "ticket.mjpeg", [address])) as camera,
            window(camera, house, language=language, size=DESKTOP, permissions=["camera"]) as desk,
        ):
            sign_in(desk.page, house, plan)
            scan(desk, plan, words)
            see_attendance(desk, plan, words)
            let_the_lesson_end(house, plan)
            give_feedback(phone.page, address, words)
            read_export(desk, plan, words, tmp_path)


def sign_up(phone: Window, plan: Plan, words: Words) -> None:
    phone.go("/")
    phone.page.click(f"a[href='/trainings/{plan.training}']")
    phone.page.click("[data-register]")
    fill_in(phone.page, USCC)
    send(phone.page)
    phone.page.wait_for_url("**/my/registrations/*")
    expect(phone.page.locator("h1")).to_contain_text(words.signed_up)
    expect(phone.page.locator(".gb-ticket h3")).to_have_text([FIRST, SECOND])


def open_first_ticket(phone: Window) -> str:
    """Open the first attendee's ticket; give what its QR code says to a reader."""
    phone.page.locator(".gb-ticket").first.locator(".gb-stack a").first.click()
    phone.page.wait_for_url("**/t/*")
    expect(phone.page.locator("h1")).to_have_text(FIRST)
    shown = Image.open(io.BytesIO(phone.page.locator(".gb-pass-qr").screenshot()))
    [code] = zxingcpp.read_barcodes(shown)
    assert code.text == phone.page.url
    return code.text


def with_camera(playwright: Playwright, path: Path):
    return playwright.chromium.launch(
        executable_path=executable(), args=[*QUIET, *launch_arguments(path)]
    )


def sign_in(page: Page, house: House, plan: Plan) -> None:
    """Be asked to sign in at the desk's door, and come back to it."""
    page.goto(f"{house.url}/desk/{plan.lesson}")
    page.click("#open-here")
    page.fill("[name=email]", plan.organiser)
    page.fill("[name=password]", makers.PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_url(f"**/desk/{plan.lesson}/open")


def scan(desk: Window, plan: Plan, words: Words) -> None:
    desk.page.click("main form.gb-form [type=submit]")
    desk.page.wait_for_url(f"**/desk/{plan.lesson}")
    desk.page.click("#camera-start")
    verdict = desk.page.locator("#verdict[data-verdict=admitted]:not([hidden])")
    expect(verdict).to_contain_text(words.admitted)
    expect(verdict).to_contain_text(FIRST)
    expect(verdict).to_contain_text(ENTERPRISE)
    expect(desk.page.locator("[data-figure=arrived]")).to_have_text("1")
    expect(desk.page.locator("[data-figure=missing]")).to_have_text("1")


def see_attendance(desk: Window, plan: Plan, words: Words) -> None:
    desk.go(f"/staff/trainings/{plan.training}/attendance")
    row = desk.page.locator("tbody tr", has_text=FIRST)
    expect(row).to_contain_text(words.present)
    expect(row).to_contain_text(ENTERPRISE)


def let_the_lesson_end(house: House, plan: Plan) -> None:
    """Move the lesson into the morning: nobody waits three hours for a test."""
    now = datetime.now(UTC)
    times = {"starts_at": now - timedelta(hours=3), "ends_at": now - timedelta(minutes=1)}
    with house.app.app_context():
        for model, public_id in ((Lesson, plan.lesson), (Training, plan.training)):
            statement = update(model).where(model.public_id == public_id).values(**times)
            unit_of_work(lambda statement=statement: db.session.execute(statement))
        ends_at = db.session.scalar(select(Lesson.ends_at).where(Lesson.public_id == plan.lesson))
        assert ends_at == times["ends_at"]


def give_feedback(page: Page, address: str, words: Words) -> None:
    page.goto(address)
    page.click("a[href$='/feedback']")
    for group in page.locator("fieldset:has([type=radio])").all():
        group.get_by_role("radio", name=words.very_satisfied).first.check()
    page.fill("[name=most_useful]", "五大工具 =1+1")
    page.click("main form [type=submit]")
    expect(page.locator("h1")).to_contain_text(words.thanks)


def read_export(desk: Window, plan: Plan, words: Words, folder: Path) -> None:
    desk.go(f"/staff/trainings/{plan.training}/attendance")
    with desk.page.expect_download() as download:
        desk.page.click("a[href$='.xlsx']")
    path = folder / "attendance.xlsx"
    download.value.save_as(path)
    rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    people = [row for row in rows if FIRST in row or SECOND in row]
    assert [len({FIRST, SECOND, ENTERPRISE, USCC} & set(row)) for row in people] == [3, 3]
    assert [words.present in row for row in people] == [FIRST in row for row in people]
