"""The signed sheet typed in by keyboard alone, and a platform's log from file to attendance."""

from __future__ import annotations

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from app.accounts.models import Role
from app.attendance.models import Attendance, Fact, FactKind
from app.kit.database import db
from tests.attendance.log_files import TENCENT, xlsx
from tests.attendance.log_scene import at
from tests.attendance.people import make_attendee, make_attendees, make_morning
from tests.browser.watching import DESKTOP, PHONE, window
from tests.makers import make_enterprise, make_organisation, make_staff

pytestmark = [pytest.mark.needs_chromium, pytest.mark.xdist_group("paper")]
AXE = Axe()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_numbers = itertools.count(1)
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Scene:
    """A lesson with 120 people of one enterprise, and an organiser."""

    def __init__(self, house) -> None:
        self.house = house
        with house.app.app_context():
            organisation = make_organisation()
            self.training = make_morning(organisation)
            [self.lesson] = self.training.lessons
            enterprise = make_enterprise(next(_numbers))
            self.zhang, _ = make_attendee(self.training, name="张三", enterprise=enterprise)
            self.li, _ = make_attendee(self.training, name="李四", enterprise=enterprise)
            make_attendees(self.training, 118, enterprise=enterprise)
            staff = make_staff(Role.ORGANISER, organisation=organisation, name="录入员")
            self.cookie = house.cookie_of(staff)
        self.url = f"/staff/lessons/{self.lesson.public_id}"

    def facts(self, kind) -> int:
        with self.house.app.app_context():
            return len(
                db.session.scalars(
                    select(Fact).where(Fact.lesson_id == self.lesson.id, Fact.kind == kind)
                ).all()
            )

    def minutes(self) -> list[int]:
        with self.house.app.app_context():
            return sorted(
                db.session.scalars(
                    select(Attendance.minutes).where(Attendance.lesson_id == self.lesson.id)
                )
            )


@pytest.fixture
def scene(house) -> Scene:
    return Scene(house)


def check(page) -> None:
    """Hold a page to what every page promises; the whole round is made elsewhere."""
    found = AXE.run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(WIDER) <= 0


def focused(page) -> str:
    return page.evaluate("() => document.activeElement.name")


def test_the_sheet_is_typed_in_without_a_mouse(chromium, scene):
    with window(chromium, scene.house, cookies=[scene.cookie], size=DESKTOP) as browser:
        page, keys = browser.page, browser.page.keyboard
        browser.go(f"{scene.url}/paper")
        page.locator("tr[data-number='1'] input[type=checkbox]").focus()
        keys.press("Space")
        keys.press("Enter")
        assert focused(page) == "rows-1-here"
        keys.press("ArrowRight")
        keys.type("0930")
        keys.press("ArrowRight")
        keys.type("1100")
        expect(page.locator("tr[data-number='2'] input[type=checkbox]")).to_be_checked()
        keys.press("ArrowDown")
        assert focused(page) == "rows-2-out"
        keys.press("ArrowLeft")
        keys.press("ArrowLeft")
        keys.press("ArrowUp")
        assert focused(page) == "rows-1-here"
        keys.type("118")
        assert focused(page) == "rows-117-here"
        keys.press("Space")
        expect(page.locator("[data-paper-count]")).to_have_text("已勾选3人，共120人")
        page.get_by_role("button", name="保存本页").press("Enter")
        expect(page.get_by_text("3人的纸质签到有变化")).to_be_visible()
    assert scene.facts(FactKind.PAPER) == 4
    assert scene.minutes() == [90, 180, 180]


def test_all_present_has_a_way_back(chromium, scene):
    with window(chromium, scene.house, cookies=[scene.cookie], size=PHONE) as browser:
        page = browser.page
        browser.go(f"{scene.url}/paper")
        check(page)
        count = page.locator("[data-paper-count]")
        page.locator("tr[data-number='5'] .gb-paper-tick").click()
        page.get_by_role("button", name="全部到场").click()
        expect(count).to_have_text("已勾选120人，共120人")
        page.get_by_role("button", name="撤销全选").click()
        expect(count).to_have_text("已勾选1人，共120人")
        page.get_by_role("button", name="保存本页").click()
        expect(page.get_by_text("1人的纸质签到有变化")).to_be_visible()
    assert scene.facts(FactKind.PAPER) == 1


def test_a_log_becomes_attendance(chromium, scene):
    phone = scene.zhang.phone.removeprefix("+86")
    rows = [
        ["随便", phone, at(0), at(60), "01:00:00"],
        ["小李四", "", at(0), at(180), "03:00:00"],
        ["讲师", "", at(-10), at(190), "03:20:00"],
    ]
    data = xlsx(TENCENT, *rows, above=[["会议主题", "贯标实务"]])
    file = {"name": "腾讯会议.xlsx", "mimeType": XLSX, "buffer": data}
    with window(chromium, scene.house, cookies=[scene.cookie], size=DESKTOP) as browser:
        page, keys = browser.page, browser.page.keyboard
        browser.go(f"{scene.url}/logs")
        check(page)
        page.get_by_label("腾讯会议").check()
        page.get_by_label("参会记录文件").set_input_files(file)
        page.get_by_role("button", name="上传").click()
        expect(page.get_by_label("姓名或昵称")).to_have_value("用户昵称")
        check(page)
        page.get_by_role("button", name="读取全部3行").click()
        expect(page.get_by_text("已读取3行")).to_be_visible()
        check(page)
        keys.press("ArrowDown")
        keys.press("ArrowDown")
        keys.press("Enter")
        expect(page.locator("#line-2").get_by_text("人工选定")).to_be_visible()
        assert page.evaluate("() => document.activeElement.id") == "line-2"
        keys.press("ArrowDown")
        keys.press("0")
        expect(page.locator("#line-3").get_by_text("已忽略")).to_be_visible()
        page.get_by_role("link", name="写入出勤", exact=True).click()
        expect(page.get_by_text("现在还没有写入")).to_be_visible()
        assert scene.minutes() == []
        check(page)
        page.get_by_role("button", name="确认写入").click()
        expect(page.get_by_text("已写入2行")).to_be_visible()
    assert scene.minutes() == [60, 180]
