"""The page of a lesson's desks: who opens it, invites, gives new keys, closes."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.attendance.models import Desk, DeskInvitation
from app.attendance.rules import desk_states
from app.kit.database import db
from app.trainings.models import TrainingState
from tests.attendance.people import make_invitation
from tests.attendance.scene import Scene
from tests.makers import make_staff, save, sign_in


@pytest.fixture
def scene(app):
    with app.app_context():
        return Scene(app)


@pytest.fixture
def page(scene) -> str:
    return f"/staff/lessons/{scene.lesson.public_id}/desks"


def enter(scene, client, *roles):
    with scene.app.app_context():
        who = make_staff(*roles, organisation=scene.organisation)
        sign_in(client, who)
        return who


def rows(scene, model):
    return scene.make(lambda: db.session.scalars(select(model).order_by(model.id)).all())


def change(scene, row, **values) -> None:
    def work() -> None:
        merged = db.session.merge(row)
        for name, value in values.items():
            setattr(merged, name, value)
        save(merged)

    scene.make(work)


def test_looking_opens_no_desk_and_an_invitation_shows_its_code(scene, client, page):
    enter(scene, client, Role.ORGANISER)
    assert "gb-invitation-code" not in client.get(page).text
    assert client.post(f"{page}/invite", data={"label": ""}).status_code == 422
    sent = {"label": "后门", "may_search": "yes"}
    assert client.post(f"{page}/invite", data=sent).status_code == 303
    shown = client.get(page).text
    assert "请用手机扫描：后门" in shown
    assert "gb-invitation-code" in shown
    [invitation] = rows(scene, DeskInvitation)
    assert (invitation.may_search, invitation.used_at) == (True, None)
    assert invitation.token_id not in shown  # it stands in the drawing alone
    assert len(rows(scene, Desk)) == 1


def test_page_tells_when_an_invitation_was_used_or_has_expired(scene, client, page):
    who = enter(scene, client, Role.ORGANISER)
    before = scene.now - timedelta(minutes=11)
    used = scene.make(make_invitation, scene.lesson, who, label="东门", now=scene.now)
    scene.make(make_invitation, scene.lesson, who, label="西门", now=before)
    change(scene, used, used_at=scene.now, desk_id=scene.desk.id)
    shown = client.get(page).text
    assert "“东门”已启用" in shown
    assert "这个二维码已过期" in shown
    assert "gb-invitation-code" not in shown


def test_page_says_how_each_desk_fares(scene, client, page):
    enter(scene, client, Role.TRAINER, Role.ORGANISER)
    change(scene, scene.desk, queue_length=12, clock_skew_ms=-185_000, last_seen_at=scene.now)
    shown = client.get(page).text
    assert ">12</span>" in shown
    assert "快3分钟" in shown
    assert "刚刚" in shown


@pytest.mark.parametrize(
    ("skew", "said"),
    [
        (None, ("未知", "neutral")),
        (1_500, ("准确", "neutral")),
        (30_000, ("慢30秒", "neutral")),
        (-30_000, ("快30秒", "neutral")),
        (600_000, ("慢10分钟", "warning")),
        (-121_000, ("快2分钟", "warning")),
    ],
)
def test_clock_is_told_in_words(app, skew, said):
    with app.test_request_context():
        assert desk_states.clock(skew) == said


def test_desk_is_closed_at_once_and_keeps_its_name(scene, client, page):
    enter(scene, client, Role.ORGANISER)
    assert client.post(f"{page}/{scene.desk.public_id}/revoke").status_code == 303
    assert client.get(f"{scene.url}/counter", headers=scene.headers).status_code == 401
    assert "已停用" in client.get(page).text
    assert client.post(f"{page}/{scene.desk.public_id}/new-key").status_code == 409


def test_new_key_is_a_code_to_scan_with_the_same_phone(scene, client, page):
    enter(scene, client, Role.ORGANISER)
    assert client.post(f"{page}/{scene.desk.public_id}/new-key").status_code == 303
    [invitation] = rows(scene, DeskInvitation)
    assert (invitation.desk_id, invitation.label) == (scene.desk.id, scene.desk.label)
    assert "扫描后原密钥立即失效" in client.get(page).text


def test_desks_are_not_for_supervisors_nor_for_trainers_of_others(scene, client, page):
    enter(scene, client, Role.SUPERVISOR)
    assert client.get(page).status_code == 403
    enter(scene, client, Role.TRAINER)
    assert client.get(page).status_code == 404


def test_this_device_is_invited_behind_the_hash(scene, client):
    enter(scene, client, Role.ORGANISER)
    url = f"/desk/{scene.lesson.public_id}/open"
    assert "本机名称" in client.get(url).text
    assert client.post(url, data={"label": ""}).status_code == 422
    answer = client.post(url, data={"label": "前门"})
    address = urlsplit(answer.location)
    assert (answer.status_code, address.path, address.query) == (303, "/desk/join", "")
    got = client.post("/api/v1/desks", json={"invitation": address.fragment})
    assert (got.status_code, got.get_json()["label"]) == (201, "前门")


def test_desk_of_a_draft_is_not_opened(scene, client, page):
    enter(scene, client, Role.ORGANISER)
    change(scene, scene.training, state=TrainingState.DRAFT)
    for url in (f"{page}/invite", f"/desk/{scene.lesson.public_id}/open"):
        answer = client.post(url, data={"label": "前门"})
        assert answer.status_code == 409
        assert "前门" in answer.text


def test_page_behind_the_code_is_for_everybody_and_says_nothing(scene, client):
    answer = client.get("/desk/join")
    assert answer.status_code == 200
    assert scene.lesson.public_id not in answer.text
