"""A lesson with its people, and desks in browsers: how tests open one, scan there, and read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from app.accounts.models import Organisation, Role
from app.attendance.models import Fact
from app.kit.database import db
from app.trainings.models import Lesson
from tests import makers
from tests.attendance.people import make_attendees
from tests.browser.house import House
from tests.browser.watching import Window, window

NAMES = ["王示例", "李示例", "张样例", "赵样例"]
MOST_OF_ONE = 500  # people of one registration
NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
FEED = """async (codes) => {
  const input = document.getElementById("code-text");
  const answered = () => performance.getEntriesByName("desk-verdict").length;
  for (const code of codes) {
    const before = answered();
    input.value = code;
    input.form.requestSubmit();
    while (answered() === before) await new Promise((go) => setTimeout(go, 1));
  }
  return performance.getEntriesByName("desk-verdict").map((one) => one.duration);
}"""


@dataclass
class Door:
    """A lesson that is on, its people, and an organiser's cookie."""

    house: House
    lesson: str
    training: str
    people: list[tuple[str, str, str]]  # (public id, name, code)
    cookie: Any

    @property
    def codes(self) -> list[str]:
        return [code for _, _, code in self.people]

    def facts(self) -> list[tuple[str, str | None]]:
        with self.house.app.app_context():
            facts = db.session.scalars(
                select(Fact)
                .join(Lesson, Lesson.id == Fact.lesson_id)
                .where(Lesson.public_id == self.lesson)
                .order_by(Fact.sequence)
            )
            return [(fact.kind, fact.verdict) for fact in facts]


def make_door(house: House, names: Sequence[str] = NAMES, *, beside: Door | None = None) -> Door:
    """Make a lesson that began five minutes ago, with one confirmed person for each name.

    It is of another organisation than any before, or of the same as the one `beside`.
    """
    with house.app.app_context():
        organisation = _organisation_of(beside) if beside else makers.make_organisation()
        organiser = makers.make_staff(Role.ORGANISER, organisation=organisation)
        training = makers.make_training(
            organisation,
            starts_at=datetime.now(UTC) - timedelta(minutes=5),
            capacity_onsite=max(100, len(names)),
        )
        made = [
            one
            for at in range(0, len(names), MOST_OF_ONE)
            for one in make_attendees(training, len(names[at : at + MOST_OF_ONE]))
        ]
        for number, ((attendee, _), name) in enumerate(zip(made, names, strict=True), start=1):
            attendee.name, attendee.sequence = name, number
        training.taken_onsite = training.seat_sequence = len(made)
        makers.save(training, *(attendee for attendee, _ in made))
        people = [(attendee.public_id, attendee.name, code) for attendee, code in made]
        return Door(
            house=house,
            lesson=training.lessons[0].public_id,
            training=training.public_id,
            people=people,
            cookie=house.cookie_of(organiser),
        )


def _organisation_of(door: Door) -> Organisation:
    lesson = db.session.scalars(select(Lesson).where(Lesson.public_id == door.lesson)).one()
    return db.session.get_one(Organisation, lesson.organisation_id)


def become_desk(page: Page, door: Door, *, label: str = "", searches: bool = False) -> None:
    """Make this browser a desk, and wait until it has its list."""
    open_desk(page, door, label=label, searches=searches)
    wait_until_synced(page)


def open_desk(page: Page, door: Door, *, label: str = "", searches: bool = False) -> None:
    """Make this browser a desk as staff do: by the button of the opening page."""
    page.goto(f"{door.house.url}/desk/{door.lesson}/open")
    if label:
        page.fill("[name=label]", label)
    if searches:
        page.check("[name=may_search]")
    page.locator("main form.gb-form button[type=submit]").click()
    page.wait_for_url(f"**/desk/{door.lesson}")


def wait_until_synced(page: Page) -> None:
    """Wait until the program runs, has a list, and nothing waits to be sent."""
    expect(page.locator("body[data-ready=true]")).to_be_visible()
    expect(page.locator("#network[data-state=online]")).to_be_visible()


def wait_until_kept(page: Page) -> None:
    """Wait until the phone could open the desk without network."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


@contextmanager
def opened(browser: Browser, door: Door, **options: Any) -> Iterator[Window]:
    """Open the desk of the lesson in a window and wait until it has its list."""
    desk = {name: options.pop(name) for name in ("label", "searches") if name in options}
    with window(browser, door.house, cookies=[door.cookie], **options) as one:
        become_desk(one.page, door, **desk)
        yield one


def go_offline(one: Window) -> None:
    """Cut the network, and wait until the desk has noticed."""
    one.context.set_offline(True)
    expect(one.page.locator("#network[data-state=offline]")).to_be_visible()


def go_online(one: Window) -> None:
    """Give the network back, and wait until nothing waits any more."""
    one.context.set_offline(False)
    wait_until_synced(one.page)
    forgive_network(one)


def forgive_network(one: Window) -> None:
    """Take what the browser said of the missing network out of the faults."""
    one.faults[:] = [
        fault for fault in one.faults if not any(reason in fault for reason in NO_NETWORK)
    ]


def answer(one: Window, verdict: str) -> Locator:
    """Wait for a verdict on the screen; give what it says."""
    shown = one.page.locator(f"#verdict[data-verdict={verdict}]:not([hidden])")
    expect(shown).to_be_visible()
    return shown


def type_code(one: Window, code: str) -> None:
    one.page.fill("#code-text", code)
    one.page.press("#code-text", "Enter")


def feed(page: Page, codes: Sequence[str]) -> list[float]:
    """Scan codes one after the other, each as soon as the one before is answered; give the times.

    Milliseconds from the code to the answer on the screen, of all scans of this page.
    """
    return list(page.evaluate(FEED, list(codes)))
