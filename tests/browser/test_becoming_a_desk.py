"""A phone without an account scans the code of an invitation and stands at the door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from app.accounts.models import Role
from app.kit import tokens
from tests import makers
from tests.attendance.people import make_invitation
from tests.attendance.scene import Scene
from tests.browser.house import House

pytestmark = [
    pytest.mark.needs_chromium,
    pytest.mark.xdist_group("becoming"),
    pytest.mark.timeout(120),
]
PHONE = {"width": 360, "height": 760}


@pytest.fixture
def scene(house: House) -> Scene:
    with house.app.app_context():
        return Scene(house.app)


@pytest.fixture
def phone(chromium) -> Iterator[BrowserContext]:
    """A phone that knows nothing: no cookie, no desk."""
    context = chromium.new_context(viewport=PHONE, locale="zh-CN")
    yield context
    context.close()


def invited(house: House, scene: Scene) -> str:
    with house.app.app_context():
        keeper = makers.make_staff(Role.ORGANISER, organisation=scene.organisation)
        invitation = make_invitation(scene.lesson, keeper, label="后门", now=scene.now)
        return f"{house.url}/desk/join#{tokens.issue(tokens.Purpose.ENROL, invitation.token_id)}"


def test_phone_becomes_a_desk_and_keeps_the_code_to_itself(house, scene, phone):
    address, page, asked = invited(house, scene), phone.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.wait_for_url(f"**/desk/{scene.lesson.public_id}")
    expect(page.locator("body")).to_contain_text("后门")
    code = address.partition("#")[2]
    assert all(code not in url.partition("#")[0] for url in asked)
    page.go_back()
    assert code not in page.url
    assert phone.cookies() == []


def test_second_phone_is_told_that_the_code_was_used(house, scene, phone, chromium):
    address = invited(house, scene)
    first = phone.new_page()
    first.goto(address)
    first.wait_for_url(f"**/desk/{scene.lesson.public_id}")
    second = chromium.new_context(viewport=PHONE, locale="zh-CN")
    page = second.new_page()
    page.goto(address)
    expect(page.get_by_text("邀请码已被使用")).to_be_visible()
    assert page.url == f"{house.url}/desk/join"
    second.close()


def test_without_network_the_phone_asks_again_with_the_same_code(house, scene, phone):
    page = phone.new_page()
    phone.route("**/api/v1/desks", lambda route: route.abort())
    page.goto(invited(house, scene))
    expect(page.get_by_text("没有连上服务器")).to_be_visible()
    phone.unroute("**/api/v1/desks")
    page.get_by_role("button", name="再试一次").click()
    page.wait_for_url(f"**/desk/{scene.lesson.public_id}")


def test_page_without_a_code_says_how_to_get_one(house, phone):
    page = phone.new_page()
    page.goto(f"{house.url}/desk/join")
    expect(page.get_by_text("这里没有邀请码")).to_be_visible()
