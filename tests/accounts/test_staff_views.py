"""One's own account, the people of an organisation, tokens and the audit page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from app.accounts.models import ApiToken, LoginSession, Membership, Role, Staff
from app.audit.models import AuditEntry
from app.kit.database import db
from tests import makers
from tests.makers import PASSWORD

NEW_PASSWORD = "Another-Horse-8"


@pytest.fixture
def house(app) -> dict[str, str]:
    """One organisation with an admin and an organiser; another with an organiser."""
    with app.app_context():
        here = makers.make_organisation("本局")
        there = makers.make_organisation("外局")
        return {
            "admin": makers.make_staff(Role.ADMIN, organisation=here, name="管理甲").public_id,
            "organiser": makers.make_staff(
                Role.ORGANISER, organisation=here, email="zu@example.com", name="组织乙"
            ).public_id,
            "foreign": makers.make_staff(Role.ORGANISER, organisation=there).public_id,
        }


def staff_of(public_id: str) -> Staff:
    return db.session.scalars(select(Staff).where(Staff.public_id == public_id)).one()


def enter(app, client, public_id: str) -> None:
    with app.app_context():
        makers.sign_in(client, staff_of(public_id))


def last_action(app) -> str | None:
    with app.app_context():
        return db.session.scalar(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(1))


def change(client, present: str = PASSWORD, new: str = NEW_PASSWORD, again: str | None = None):
    return client.post(
        "/staff/password",
        data={"present": present, "new": new, "again": new if again is None else again},
    )


def sign_in(client, email: str, password: str):
    return client.post("/staff/sign-in", data={"email": email, "password": password})


def test_change_password_signs_other_browsers_out(app, client, house):
    other = app.test_client()
    enter(app, other, house["organiser"])
    enter(app, client, house["organiser"])
    assert change(client).location == "/staff/"
    assert client.get("/staff/").status_code == 200
    assert other.get("/staff/").status_code == 303
    assert sign_in(app.test_client(), "zu@example.com", NEW_PASSWORD).status_code == 303
    assert sign_in(app.test_client(), "zu@example.com", PASSWORD).status_code == 422


def test_change_password_shows_every_fault_at_once(app, client, house):
    enter(app, client, house["organiser"])
    answer = change(client, new="zu", again="zv")
    assert answer.status_code == 422
    for text in ("至少10个字符", "3种", "用户名部分", "不一致"):
        assert text in answer.text


def test_change_password_without_the_present_one_is_refused_and_counted(app, client, house):
    enter(app, client, house["organiser"])
    statuses = [change(client, present="Wrong-Horse-1").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_one_time_password_must_be_changed_before_anything_else(app, client, house):
    with app.app_context():
        row = staff_of(house["organiser"])
        row.must_change_password = True
        makers.save(row)
    enter(app, client, house["organiser"])
    assert client.get("/staff/").location == "/staff/password"
    assert client.get("/staff/account").location == "/staff/password"
    change(client)
    assert client.get("/staff/").status_code == 200


def test_old_password_is_reminded_of(app, client, house):
    with app.app_context():
        row = staff_of(house["organiser"])
        row.password_changed_at = datetime.now(UTC) - timedelta(days=89)
        makers.save(row)
    enter(app, client, house["organiser"])
    assert "超过90天" not in client.get("/staff/").text
    with app.app_context():
        row = staff_of(house["organiser"])
        row.password_changed_at = datetime.now(UTC) - timedelta(days=91)
        makers.save(row)
    assert "超过90天" in client.get("/staff/").text


def shown_secret(page: str) -> str:
    return re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")


def test_enrol_takes_the_secret_shown_once_a_code_confirms_it(app, client, house):
    enter(app, client, house["organiser"])
    secret = shown_secret(client.get("/staff/two-factor").text)
    assert shown_secret(client.get("/staff/two-factor").text) == secret
    assert client.post("/staff/two-factor", data={"code": "000000"}).status_code == 422
    code = pyotp.TOTP(secret).now()
    assert client.post("/staff/two-factor", data={"code": code}).status_code == 303
    with app.app_context():
        assert staff_of(house["organiser"]).totp_secret == secret
    second = app.test_client()
    sign_in(second, "zu@example.com", PASSWORD)
    assert second.post("/staff/sign-in/code", data={"code": code}).status_code == 422


def test_disable_asks_for_the_password(app, client, house):
    with app.app_context():
        row = staff_of(house["organiser"])
        row.totp_secret = pyotp.random_base32()
        makers.save(row)
    enter(app, client, house["organiser"])
    assert client.post("/staff/two-factor/disable", data={"password": "x"}).status_code == 422
    assert client.post("/staff/two-factor/disable", data={"password": PASSWORD}).status_code == 303
    with app.app_context():
        assert staff_of(house["organiser"]).totp_secret is None


def test_revoke_browser_signs_it_out(app, client, house):
    other = app.test_client()
    enter(app, other, house["organiser"])
    enter(app, client, house["organiser"])
    with app.app_context():
        first = db.session.scalars(select(LoginSession).order_by(LoginSession.id)).first()
        address = f"/staff/account/browsers/{first.public_id}/revoke"
    assert client.post(address).status_code == 303
    assert other.get("/staff/").status_code == 303
    assert client.post(address).status_code == 404


def test_revoke_browser_of_somebody_else_is_not_found(app, client, house):
    enter(app, client, house["organiser"])
    with app.app_context():
        address = db.session.scalars(select(LoginSession.public_id)).one()
    admin = app.test_client()
    enter(app, admin, house["admin"])
    assert admin.post(f"/staff/account/browsers/{address}/revoke").status_code == 404
    assert client.get("/staff/").status_code == 200


def create(client, **changes):
    data = {"name": "新人", "email": "xin@example.com", "roles": ["trainer", "organiser"]}
    return client.post("/staff/people/new", data=data | changes)


def one_time_password(page: str) -> str:
    return re.search(r'class="gb-secret"><code>([^<]+)</code>', page)[1]


def test_create_person_shows_a_password_that_lets_in_once(app, client, house):
    enter(app, client, house["admin"])
    answer = create(client)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    newcomer = app.test_client()
    signed_in = sign_in(newcomer, "xin@example.com", one_time_password(answer.text))
    assert signed_in.status_code == 303
    assert newcomer.get("/staff/").location == "/staff/password"
    with app.app_context():
        row = db.session.scalars(select(Staff).where(Staff.email == "xin@example.com")).one()
        assert {m.role for m in row.memberships} == {Role.TRAINER, Role.ORGANISER}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"email": "zu@example.com"}, (409, "已有账号")),
        ({"email": "ZU@Example.com"}, (409, "已有账号")),
        ({"email": "xin@"}, (422, "邮箱格式不正确")),
        ({"email": "xin@example.com\r\nBcc: a@example.com"}, (422, "邮箱格式不正确")),
        ({"name": ""}, (422, "请填写此项")),
        ({"name": "甲\r\n乙"}, (422, "控制字符")),
        ({"roles": []}, (422, "请填写此项")),
        ({"roles": ["root"]}, (422, "选项")),
        ({"roles": ["auditor", "admin"]}, (409, "不能由同一账号兼任")),
    ],
)
def test_create_person_explains_what_is_wrong(app, house, changes, expected):
    client = app.test_client()
    enter(app, client, house["admin"])
    status, text = expected
    answer = create(client, **changes)
    assert (answer.status_code, text in answer.text) == (status, True)


def test_change_person_sets_name_and_roles_at_once(app, client, house):
    organiser = app.test_client()
    enter(app, organiser, house["organiser"])
    enter(app, client, house["admin"])
    address = f"/staff/people/{house['organiser']}"
    saved = client.post(address, data={"name": "组织丙", "roles": ["supervisor"]})
    assert saved.status_code == 303
    page = organiser.get("/staff/account").text
    assert "监督员" in page
    assert "组织丙" in page


def test_change_person_of_another_organisation_is_not_found(app, client, house):
    enter(app, client, house["admin"])
    address = f"/staff/people/{house['foreign']}"
    assert client.get(address).status_code == 404
    assert client.post(address, data={"name": "x", "roles": ["admin"]}).status_code == 404
    for act in ("deactivate", "activate", "password", "two-factor"):
        assert client.post(f"{address}/{act}").status_code == 404


def test_change_person_oneself_keeps_the_roles(app, client, house):
    enter(app, client, house["admin"])
    address = f"/staff/people/{house['admin']}"
    assert client.post(address, data={"name": "管理", "roles": ["admin"]}).status_code == 303
    grab = client.post(address, data={"name": "管理", "roles": ["admin", "organiser"]})
    assert grab.status_code == 403
    assert client.post(f"{address}/deactivate").status_code == 403
    assert client.post(f"{address}/password").status_code == 403


def test_the_last_admin_stays(app, house):
    with app.app_context():
        here = db.session.scalar(
            select(Membership.organisation_id).join(Staff).where(Staff.public_id == house["admin"])
        )
        organisation = db.session.get_one(makers.Organisation, here)
        second = makers.make_staff(Role.ADMIN, organisation=organisation).public_id
    first, other = app.test_client(), app.test_client()
    enter(app, first, house["admin"])
    enter(app, other, second)
    assert first.post(f"/staff/people/{second}/deactivate").status_code == 303
    assert other.get("/staff/people").status_code == 303


def test_the_last_admin_stays_when_two_admins_dismiss_each_other(app, house):
    from app.accounts.commands import people  # noqa: PLC0415 - the test calls below the views
    from app.accounts.errors import LastAdmin  # noqa: PLC0415 - as above
    from app.kit.database import unit_of_work  # noqa: PLC0415 - as above

    with app.app_context():
        admin = staff_of(house["admin"])
        organisation = db.session.get_one(makers.Organisation, admin.memberships[0].organisation_id)
        second = makers.make_staff(Role.ADMIN, organisation=organisation)
        mine, theirs = makers.make_identity(admin), makers.make_identity(second)
        first_id, second_id = admin.public_id, second.public_id
        unit_of_work(lambda: people.deactivate(second_id, by=mine, now=makers.NOON))
        with pytest.raises(LastAdmin):
            unit_of_work(lambda: people.deactivate(first_id, by=theirs, now=makers.NOON))
        assert staff_of(first_id).is_active


def test_reset_password_ends_sign_ins_and_lock(app, client, house):
    victim = app.test_client()
    enter(app, victim, house["organiser"])
    for _ in range(5):
        sign_in(app.test_client(), "zu@example.com", "Wrong-Horse-1")
    enter(app, client, house["admin"])
    page = client.post(f"/staff/people/{house['organiser']}/password").text
    assert victim.get("/staff/").status_code == 303
    fresh = app.test_client()
    answer = fresh.post(
        "/staff/sign-in",
        data={"email": "zu@example.com", "password": one_time_password(page)},
        environ_base={"REMOTE_ADDR": "192.0.2.9"},
    )
    assert answer.status_code == 303
    with app.app_context():
        reset = select(AuditEntry.action).where(AuditEntry.action == "staff.password_reset")
        assert db.session.scalars(reset).all() == ["staff.password_reset"]


def test_reset_two_factor_takes_the_authenticator_off(app, client, house):
    with app.app_context():
        row = staff_of(house["organiser"])
        row.totp_secret = pyotp.random_base32()
        makers.save(row)
    enter(app, client, house["admin"])
    client.post(f"/staff/people/{house['organiser']}/two-factor")
    with app.app_context():
        assert staff_of(house["organiser"]).totp_secret is None
    assert last_action(app) == "staff.totp_reset"


def test_deactivate_ends_browsers_and_tokens_until_activated(app, client, house):
    with app.app_context():
        token = makers.make_api_token(staff_of(house["organiser"]))
    victim = app.test_client()
    enter(app, victim, house["organiser"])
    enter(app, client, house["admin"])
    client.post(f"/staff/people/{house['organiser']}/deactivate")
    assert victim.get("/staff/").status_code == 303
    with app.test_request_context(headers={"Authorization": f"Bearer {token}"}):
        from app.accounts import access  # noqa: PLC0415 - needs the request of this test

        assert access.find_caller() is None
    client.post(f"/staff/people/{house['organiser']}/activate")
    assert sign_in(app.test_client(), "zu@example.com", PASSWORD).status_code == 303


def test_an_account_of_two_organisations_cannot_be_taken_over_by_one(app, client, house):
    with app.app_context():
        shared = staff_of(house["foreign"])
        here = staff_of(house["admin"]).memberships[0].organisation_id
        shared.memberships.append(Membership(organisation_id=here, role=Role.TRAINER))
        makers.save(shared)
    enter(app, client, house["admin"])
    address = f"/staff/people/{house['foreign']}"
    for act in ("password", "two-factor", "deactivate", "activate"):
        assert client.post(f"{address}/{act}").status_code == 409
    renamed = client.post(address, data={"name": "换名", "roles": ["trainer"]})
    assert renamed.status_code == 409
    with app.app_context():
        name = staff_of(house["foreign"]).name
    granted = client.post(address, data={"name": name, "roles": ["supervisor"]})
    assert granted.status_code == 303
    with app.app_context():
        roles = [m.role for m in staff_of(house["foreign"]).memberships]
        assert roles == [Role.ORGANISER, Role.SUPERVISOR]


def create_token(client, **changes):
    data = {"label": "汇总", "scopes": ["registrations:read"], "days": "90"}
    return client.post("/staff/tokens", data=data | changes)


def test_create_token_shows_it_once_and_it_works(app, client, house):
    enter(app, client, house["organiser"])
    page = create_token(client).text
    token = one_time_password(page)
    assert token not in client.get("/staff/tokens").text
    with app.test_request_context(headers={"Authorization": f"Bearer {token}"}):
        from app.accounts import access  # noqa: PLC0415 - needs the request of this test

        assert [scope.value for scope in access.caller().scopes] == ["registrations:read"]


def test_create_token_beyond_the_roles_is_refused(app, client, house):
    with app.app_context():
        row = staff_of(house["organiser"])
        row.memberships[0].role = Role.TRAINER
        makers.save(row)
    enter(app, client, house["organiser"])
    assert create_token(client).status_code == 403
    assert create_token(client, scopes=["checkin"]).status_code == 200


@pytest.mark.parametrize(
    "changes", [{"days": "9999"}, {"days": "x"}, {"scopes": []}, {"scopes": ["all"]}, {"label": ""}]
)
def test_create_token_explains_what_is_wrong(app, client, house, changes):
    enter(app, client, house["organiser"])
    assert create_token(client, **changes).status_code == 422


def test_revoke_token_of_a_colleague_is_not_found_but_an_admin_may(app, client, house):
    with app.app_context():
        makers.make_api_token(staff_of(house["organiser"]))
        token_id = db.session.scalars(select(ApiToken.public_id)).one()
        organisation = db.session.get_one(
            makers.Organisation, staff_of(house["admin"]).memberships[0].organisation_id
        )
        colleague = makers.make_staff(Role.ORGANISER, organisation=organisation).public_id
    enter(app, client, colleague)
    assert client.post(f"/staff/tokens/{token_id}/revoke").status_code == 404
    admin = app.test_client()
    enter(app, admin, house["admin"])
    address = f"/staff/people/{house['organiser']}/tokens/{token_id}/revoke"
    assert admin.post(address).status_code == 303
    assert admin.post(address).status_code == 404


def test_a_role_taken_away_narrows_tokens_at_once(app, house):
    with app.app_context():
        staff = staff_of(house["organiser"])
        token = makers.make_api_token(staff)
        staff.memberships[0].role = Role.SUPERVISOR
        makers.save(staff)
    with app.test_request_context(headers={"Authorization": f"Bearer {token}"}):
        from app.accounts import access  # noqa: PLC0415 - needs the request of this test

        assert {scope.value for scope in access.caller().scopes} == {
            "registrations:read",
            "attendance:read",
            "feedback:read",
            "progress:read",
        }


def make_auditor(app, house) -> str:
    with app.app_context():
        admin = staff_of(house["admin"])
        organisation = db.session.get_one(makers.Organisation, admin.memberships[0].organisation_id)
        return makers.make_staff(Role.AUDITOR, organisation=organisation).public_id


def test_audit_log_shows_one_organisation_in_words(app, client, house):
    foreign = app.test_client()
    with app.app_context():
        foreign_email = staff_of(house["foreign"]).email
    sign_in(foreign, foreign_email, PASSWORD)
    sign_in(app.test_client(), "zu@example.com", PASSWORD)
    enter(app, client, make_auditor(app, house))
    page = client.get("/staff/audit").text
    assert "组织乙" in page
    assert "登录成功" in page
    assert "示例人员" not in page.partition("<tbody>")[2]


def test_audit_log_filters_by_action_person_and_day(app, client, house):
    sign_in(app.test_client(), "zu@example.com", PASSWORD)
    sign_in(app.test_client(), "zu@example.com", "Wrong-Horse-1")
    enter(app, client, make_auditor(app, house))

    def rows(query: str) -> int:
        return client.get(f"/staff/audit?{query}").text.count("<tr>") - 1

    assert rows("") == 2
    assert rows("action=staff.signed_in") == 1
    assert rows(f"actor={house['organiser']}") == 1
    assert rows(f"actor={house['admin']}") == -1
    assert rows("since=2999-01-01") == -1
    assert rows("until=2000-01-01") == -1
    assert "日期格式不正确" in client.get("/staff/audit?since=yesterday").text


def test_audit_log_tells_whether_the_chain_is_whole(app, client, house):
    enter(app, client, make_auditor(app, house))
    assert "校验通过" in client.get("/staff/audit?verify=1").text


def test_menu_names_only_what_the_roles_may_open(app, client, house):
    enter(app, client, house["admin"])
    page = client.get("/staff/account").text
    assert 'href="/staff/people"' in page
    assert 'href="/staff/audit"' not in page
    assert 'href="/staff/tokens"' not in page
    menu = page.partition('class="gb-menu"')[2].partition("</ul>")[0]
    assert re.findall(r'href="([^"]+)" aria-current="page"', menu) == ["/staff/account"]
