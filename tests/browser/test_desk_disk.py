"""What a phone has on its disk after a day at the door: nothing that names anybody (S24)."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy import select

from app.attendance.models import Desk
from app.kit import tokens
from app.kit.database import db
from app.registrations.models import Attendee, Registration
from tests import makers
from tests.browser.conftest import QUIET, executable
from tests.browser.doors import (
    Door,
    become_desk,
    feed,
    forgive_network,
    go_offline,
    go_online,
    make_door,
    opened,
    wait_until_kept,
    wait_until_synced,
)

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("browser")]
NAMES = ["司徒示例甲", "欧阳示例乙", "诸葛示例丙", "上官示例丁"]
LABEL = "示例南门"
WALK_IN = {
    "uscc": makers.USCCS[1],
    "enterprise": "示例现场企业",
    "name": "慕容示例戊",
    "phone": "13812345678",
    "job_title": "质量部长",
}
OPEN_WITHIN_MS = 1000
FEEDBACK_MS = 300


@contextmanager
def phone(playwright: Playwright, profile: Path, door: Door):
    """Start the browser of a phone on its own profile; afterwards nothing of it runs."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=executable(), args=list(QUIET), locale="zh-CN"
    )
    context.set_default_timeout(20_000)
    context.add_cookies([door.cookie])
    try:
        yield context
    finally:
        context.close()


def fill_in_walk_in(page: Page) -> None:
    page.click("#walk-in-open")
    for name, text in WALK_IN.items():
        page.fill(f"#walk-in-{name}", text)
    page.check("#walk-in-consent")
    page.click("#walk-in-form button[type=submit]")


def group_code(door: Door) -> str:
    with door.house.app.app_context():
        registration = db.session.scalars(
            select(Registration.public_id)
            .join(Attendee)
            .where(Attendee.public_id == door.people[0][0])
        ).one()
        return tokens.issue(tokens.Purpose.GROUP, registration)


def phones(door: Door) -> list[str]:
    with door.house.app.app_context():
        ids = [public_id for public_id, _, _ in door.people]
        found = db.session.scalars(select(Attendee).where(Attendee.public_id.in_(ids)))
        return [one.phone.removeprefix("+86") for one in found]


def kept_of(profile: Path, text: str) -> list[str]:
    """Name the files of a profile in which a text stands, in UTF-8 or UTF-16."""
    wanted = [text.encode("utf-8"), text.encode("utf-16-le"), text.encode("utf-16-be")]
    return [
        path.relative_to(profile).as_posix()
        for path in profile.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in wanted)
    ]


def test_nothing_readable_of_people_stays_on_the_disk(playwright, house, tmp_path):
    """Scans with and without network, searches, a walk-in; then the files are looked through."""
    door, profile = make_door(house, NAMES), tmp_path / "profile"
    with phone(playwright, profile, door) as context:
        page = context.new_page()
        become_desk(page, door, label=LABEL, searches=True)
        wait_until_kept(page)
        feed(page, door.codes[:1])
        page.fill("#search-text", NAMES[1])
        page.locator("#hits li button").click()
        page.keyboard.press("Escape")
        wait_until_synced(page)
        context.set_offline(True)
        feed(page, door.codes[2:3])
        page.fill("#search-text", NAMES[3])
        expect(page.locator("#hits li")).to_have_count(1)
        page.keyboard.press("Escape")
        fill_in_walk_in(page)
        expect(page.locator("#recent")).to_contain_text(WALK_IN["name"])
        expect(page.locator("#network")).to_contain_text("2条待上传")
    secrets = [*NAMES, *phones(door), WALK_IN["name"], WALK_IN["phone"], WALK_IN["job_title"]]
    assert {text: kept_of(profile, text) for text in secrets} == {text: [] for text in secrets}
    assert kept_of(profile, LABEL) != []  # what is kept would be found
    with phone(playwright, profile, door) as context:  # the phone was off; the queue is still there
        page = context.new_page()
        page.goto(f"{house.url}/desk/{door.lesson}")
        wait_until_synced(page)
        expect(page.locator("[data-figure=arrived]")).to_have_text("4")
    assert {text: kept_of(profile, text) for text in secrets} == {text: [] for text in secrets}


def test_a_walk_in_is_registered_when_the_network_is_back(chromium, house):
    door = make_door(house)
    with opened(chromium, door) as one:
        go_offline(one)
        one.page.click("#walk-in-open")
        one.page.click("#walk-in-form button[type=submit]")
        expect(one.page.locator("#walk-in-uscc-fault")).to_contain_text("请填写统一社会信用代码")
        expect(one.page.locator("#walk-in-consent-fault")).to_contain_text("同意")
        one.page.fill("#walk-in-uscc", "O" + WALK_IN["uscc"][1:])
        one.page.press("#walk-in-uscc", "Tab")
        expect(one.page.locator("#walk-in-uscc-fault")).to_contain_text("不使用I、O")
        one.page.click("#walk-in-cancel")
        fill_in_walk_in(one.page)
        expect(one.page.locator("#verdict[data-verdict=kept]")).to_contain_text(WALK_IN["name"])
        go_online(one)
        recent = one.page.locator("#recent li")
        expect(recent).to_have_attribute("data-verdict", "admitted")
        expect(recent).to_contain_text(WALK_IN["name"])
        expect(one.page.locator("[data-figure=expected]")).to_have_text("5")
    assert [verdict for _, verdict in door.facts()] == ["admitted"]


def test_a_group_is_checked_in_by_one_card(chromium, house):
    """Two of four are ticked without network; the card knows them, the server agrees."""
    door = make_door(house)
    code = f"{house.url}/g/{group_code(door)}"
    with opened(chromium, door) as one:
        go_offline(one)
        one.page.fill("#code-text", code)
        one.page.press("#code-text", "Enter")
        ticks = one.page.locator("#group-list input")
        expect(ticks).to_have_count(4)
        one.page.check("#group-all")
        expect(one.page.locator("#group-count")).to_have_text("4人")
        ticks.nth(0).uncheck()
        ticks.nth(1).uncheck()
        one.page.click("#group-send")
        expect(one.page.locator("#verdict[data-verdict=admitted]")).to_contain_text("2人")
        go_online(one)
        expect(one.page.locator("[data-figure=arrived]")).to_have_text("2")
    assert door.facts() == [("door_scan", "admitted")] * 2


def test_when_the_desk_is_over_its_list_is_gone(chromium, house):
    """The phone wipes it by itself, without network, when the time has come."""
    door = make_door(house)
    with opened(chromium, door) as one:
        wait_until_kept(one.page)
        go_offline(one)
        feed(one.page, door.codes[:1])
        one.page.evaluate(
            """async (lesson) => {
              const { findDesk, saveDesk } = await import("/static/js/desk/credentials.js");
              await saveDesk({ ...await findDesk(lesson), expires_at: "2026-01-01T00:00:00Z" });
            }""",
            door.lesson,
        )
        one.page.reload()
        expect(one.page.locator("#closed-words")).to_contain_text("签到台已到期")
        expect(one.page.locator("#closed-words")).to_contain_text("还有1条记录没有上传")
        left = one.page.evaluate(
            """async () => {
              const { database } = await import("/static/js/desk/database.js");
              const opened = await database();
              const left = {};
              for (const name of opened.objectStoreNames) left[name] = await opened.count(name);
              return left;
            }"""
        )
        forgive_network(one)
    assert {name: left[name] for name in ("rosters", "entries", "scans")} == {
        "rosters": 0,
        "entries": 0,
        "scans": 1,
    }


def test_two_thousand_people_are_opened_within_a_second_on_a_slow_phone(chromium, house):
    door = make_door(house, [f"大会{number}号" for number in range(2000)])
    with opened(chromium, door) as one:
        wait_until_kept(one.page)
        one.context.new_cdp_session(one.page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
        go_offline(one)
        one.page.reload()
        expect(one.page.locator("[data-figure=expected]")).to_have_text("2000")
        [took] = one.page.evaluate(
            "performance.getEntriesByName('desk-roster').map((one) => one.duration)"
        )
        times = feed(one.page, door.codes[:20])
        print(f"2000 people in {took:.0f} ms, answers in {max(times):.0f} ms")  # noqa: T201
        assert took < OPEN_WITHIN_MS
        assert max(times) < FEEDBACK_MS
        forgive_network(one)


def test_the_desk_can_be_installed(chromium, house):
    with opened(chromium, make_door(house)) as one:
        address = one.page.locator("link[rel=manifest]").get_attribute("href")
        said = json.loads(one.page.request.get(house.url + address).text())
        assert (said["start_url"], said["scope"], said["display"]) == (
            "/desk/",
            "/desk/",
            "standalone",
        )
        for icon in said["icons"]:
            assert one.page.request.get(house.url + icon["src"]).ok
        wait_until_kept(one.page)
        kept = one.page.evaluate(
            """async () => {
              const [name] = await caches.keys();
              const requests = await (await caches.open(name)).keys();
              return requests.map((one) => new URL(one.url).pathname);
            }"""
        )
        assert {"/desk/", "/desk/reader.js", "/static/vendor/zxing-wasm/zxing_reader.wasm"} <= set(
            kept
        )
        assert [path for path in kept if path.startswith("/api")] == []
    with house.app.app_context():
        assert db.session.scalars(select(Desk)).first() is not None
