"""Signing in and out, in the browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import func, select

from app.accounts.models import LoginSession, Role, SignInThrottle, Staff
from app.audit.models import AuditEntry
from app.kit.database import db
from tests import makers
from tests.makers import PASSWORD

SIGN_IN = "/staff/sign-in"
WRONG = "邮箱、密码或动态码不正确"
LOCKED = "登录失败次数过多"


@pytest.fixture
def staff(app) -> str:
    with app.app_context():
        return makers.make_staff(Role.ORGANISER, email="li@example.com").public_id


def sign_in(client, password: str = PASSWORD, email: str = "li@example.com", **more: str):
    return client.post(SIGN_IN, data={"email": email, "password": password, **more})


def actions(app) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_sign_in_with_the_right_password_opens_the_dashboard(app, client, staff):
    answer = sign_in(client)
    assert (answer.status_code, answer.location) == (303, "/staff/")
    assert client.get("/staff/").status_code == 200
    assert actions(app) == ["staff.signed_in"]


def test_sign_in_accepts_the_address_in_any_case(client, staff):
    assert sign_in(client, email=" LI@Example.com ").status_code == 303


def test_sign_in_goes_back_to_the_page_that_was_asked_for(client, staff):
    asked = client.get("/staff/account?lang=en")
    assert asked.status_code == 303
    page = client.get(asked.location)
    assert 'value="/staff/account?lang=en"' in page.text
    assert sign_in(client, next="/staff/account?lang=en").location == "/staff/account?lang=en"


def without_token(page):
    """Leave out what differs from one second to the next."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def test_sign_in_of_an_unknown_account_answers_like_a_wrong_password(client, staff):
    unknown = sign_in(client, email="nobody@example.com")
    wrong = sign_in(client, password="Wrong-Password-1")
    assert unknown.status_code == wrong.status_code == 422
    assert WRONG in wrong.text
    assert without_token(unknown.text).replace("nobody@example.com", "li@example.com") == (
        without_token(wrong.text)
    )


def test_sign_in_of_a_deactivated_account_answers_like_a_wrong_password(app, client, staff):
    with app.app_context():
        row = db.session.scalars(select(Staff)).one()
        row.is_active = False
        makers.save(row)
    assert WRONG in sign_in(client).text


def test_sign_in_never_shows_the_password_again(client, staff):
    assert "Wrong-Password-1" not in sign_in(client, password="Wrong-Password-1").text


def test_sign_in_after_five_failures_refuses_the_right_password(app, client, staff):
    for _ in range(5):
        assert sign_in(client, password="Wrong-Password-1").status_code == 422
    answer = sign_in(client)
    assert (answer.status_code, LOCKED in answer.text) == (429, True)
    assert actions(app) == ["staff.sign_in_failed"] * 5


def test_sign_in_of_an_unknown_account_is_locked_alike(client, staff):
    answers = [sign_in(client, email="nobody@example.com").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_success_resets_the_account(app, client, staff):
    for _ in range(4):
        sign_in(client, password="Wrong-Password-1")
    sign_in(client)
    with app.app_context():
        assert db.session.scalars(select(SignInThrottle.failures)).all() == [4]


def test_each_sign_in_gets_a_login_session_of_its_own(app, client, staff):
    client.get(SIGN_IN)
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["planted"] = "x" * 26, "yes"
    sign_in(client)
    with client.session_transaction() as cookie:
        first = cookie["_user_id"]
        assert first != "x" * 26
        assert "planted" not in cookie
    client.post("/staff/sign-out")
    sign_in(client)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != first
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(LoginSession)) == 2


def test_sign_out_revokes_what_the_cookie_names(app, client, staff):
    sign_in(client)
    stolen = client.get_cookie("guanbiao").value
    assert client.post("/staff/sign-out").status_code == 303
    thief = app.test_client()
    thief.set_cookie("guanbiao", stolen)
    assert thief.get("/staff/").status_code == 303
    assert actions(app) == ["staff.signed_in", "staff.signed_out"]


def test_sign_out_when_nobody_is_signed_in_is_harmless(client):
    assert client.post("/staff/sign-out").status_code == 303


def test_idle_browser_is_sent_to_sign_in_with_the_reason(client, staff):
    sign_in(client)
    with client.session_transaction() as cookie:
        cookie["seen"] = (datetime.now(UTC) - timedelta(minutes=31)).isoformat()
    answer = client.get("/staff/account", follow_redirects=True)
    assert answer.request.path == SIGN_IN
    assert "超过30分钟没有操作" in answer.text
    assert 'value="/staff/account"' in answer.text


def test_sign_in_older_than_eight_hours_is_over(app, client, staff):
    sign_in(client)
    with app.app_context():
        row = db.session.scalars(select(LoginSession)).one()
        assert row.expires_at - row.created_at == timedelta(hours=8)
        row.expires_at = datetime.now(UTC)
        makers.save(row)
    answer = client.get("/staff/", follow_redirects=True)
    assert "本次登录已到期" in answer.text


def test_a_post_after_the_end_says_that_nothing_was_saved(app, client, staff):
    sign_in(client)
    with app.app_context():
        row = db.session.scalars(select(LoginSession)).one()
        row.revoked_at = datetime.now(UTC)
        makers.save(row)
    answer = client.post("/staff/password", data={"present": "x"}, follow_redirects=True)
    assert "刚才提交的内容没有保存" in answer.text
    assert 'value="/staff/password"' in answer.text


def test_a_part_of_a_page_asked_for_after_the_end_leaves_the_whole_page(client):
    answer = client.get("/staff/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/staff/sign-in?next=/staff/"


def test_account_of_two_organisations_is_asked_which(app, client):
    with app.app_context():
        first, second = makers.make_organisation("甲局"), makers.make_organisation("乙局")
        staff = makers.make_staff(organisation=first, email="li@example.com")
        staff.memberships.append(makers.Membership(organisation_id=second.id, role=Role.SUPERVISOR))
        makers.save(staff)
        chosen = second.public_id
    assert sign_in(client, next="/staff/account").location == (
        "/staff/organisations?next=/staff/account"
    )
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    answer = client.post(
        "/staff/organisations", data={"organisation": chosen, "next": "/staff/account"}
    )
    assert answer.location == "/staff/account"
    page = client.get("/staff/account").text
    assert "监督员" in page
    assert "组织者" not in page
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != before
    client.post("/staff/sign-out")
    sign_in(client)
    assert "监督员" in client.get("/staff/account").text


def test_switch_to_a_foreign_organisation_is_not_found(app, client, staff):
    with app.app_context():
        foreign = makers.make_organisation().public_id
    sign_in(client)
    answer = client.post("/staff/organisations", data={"organisation": foreign})
    assert answer.status_code == 404


class TestSecondStep:
    """Accounts with an authenticator."""

    @pytest.fixture
    def secret(self, app, staff) -> str:
        secret = pyotp.random_base32()
        with app.app_context():
            row = db.session.scalars(select(Staff)).one()
            row.totp_secret = secret
            makers.save(row)
        return secret

    def test_password_alone_signs_nobody_in(self, client, secret):
        assert sign_in(client, next="/staff/account").location == (
            "/staff/sign-in/code?next=/staff/account"
        )
        assert client.get("/staff/").status_code == 303

    def test_right_code_signs_in(self, client, secret):
        sign_in(client)
        code = pyotp.TOTP(secret).now()
        answer = client.post(
            "/staff/sign-in/code", data={"code": f"{code[:3]} {code[3:]}", "next": "/staff/account"}
        )
        assert answer.location == "/staff/account"
        assert client.get("/staff/").status_code == 200

    def test_one_code_counts_once(self, app, client, secret):
        code = pyotp.TOTP(secret).now()
        sign_in(client)
        assert client.post("/staff/sign-in/code", data={"code": code}).status_code == 303
        second = app.test_client()
        sign_in(second)
        assert second.post("/staff/sign-in/code", data={"code": code}).status_code == 422
        assert second.get("/staff/").status_code == 303

    def test_wrong_codes_lock_even_when_the_password_is_given_again(self, app, client, secret):
        wrong = f"{(int(pyotp.TOTP(secret).now()) + 5) % 1_000_000:06}"
        statuses = []
        for _ in range(6):
            sign_in(client)
            statuses.append(client.post("/staff/sign-in/code", data={"code": wrong}).status_code)
        assert statuses[:5] == [422] * 5
        assert sign_in(client).status_code == 429

    def test_code_without_password_is_sent_back(self, client, secret):
        answer = client.post("/staff/sign-in/code", data={"code": pyotp.TOTP(secret).now()})
        assert answer.location == SIGN_IN

    def test_code_after_five_minutes_is_sent_back(self, client, secret):
        sign_in(client)
        with client.session_transaction() as cookie:
            cookie["halfway"] = [*cookie["halfway"][:2], datetime.now(UTC).isoformat()]
        answer = client.post("/staff/sign-in/code", data={"code": pyotp.TOTP(secret).now()})
        assert answer.location == SIGN_IN

    def test_code_of_the_wrong_shape_is_explained(self, client, secret):
        sign_in(client)
        answer = client.post("/staff/sign-in/code", data={"code": "12345a"})
        assert (answer.status_code, "6位数字" in answer.text) == (422, True)
