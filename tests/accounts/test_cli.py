"""The first administrator, tokens and the check of the audit log, at the terminal."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.accounts import queries
from app.accounts.models import Role
from app.accounts.rules import Scope
from app.audit import commands as audit
from app.kit import clock, tokens
from app.kit.database import db, unit_of_work
from tests import makers

FIRST = [
    "staff", "create", "--organisation", "示例省局", "--kind", "province_bureau",
    "--role", "admin", "--email", "First@Example.com", "--name", "管理甲",
]  # fmt: skip


def run(app: Flask, *arguments: str):
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(arguments))


def test_staff_create_makes_organisation_and_administrator_with_a_password_shown_once(app):
    answer = run(app, *FIRST)
    assert answer.exit_code == 0, answer.output
    password = answer.output.strip().rpartition(" ")[2]
    client = app.test_client()
    form = {"email": "first@example.com", "password": password}
    assert client.post("/staff/sign-in", data=form).status_code == 303
    assert client.get("/staff/people").location == "/staff/password"


def test_staff_create_of_an_account_that_exists_joins_and_keeps_the_password(app):
    run(app, *FIRST)
    second = [*FIRST]
    second[3], second[7] = "示例市局", "supervisor"
    answer = run(app, *second)
    assert answer.exit_code == 0, answer.output
    assert "password (" not in answer.output
    with app.app_context():
        staff = queries.find_staff_by_email("first@example.com")
        assert sorted((m.organisation.name, m.role) for m in staff.memberships) == [
            ("示例市局", Role.SUPERVISOR),
            ("示例省局", Role.ADMIN),
        ]


@pytest.mark.parametrize(
    ("position", "value", "said"),
    [(9, "nonsense", "name@example.com"), (7, "root", "not one of"), (11, " ", "1 to 60")],
)
def test_staff_create_explains_what_is_wrong(app, position, value, said):
    arguments = [*FIRST]
    arguments[position] = value
    answer = run(app, *arguments)
    assert answer.exit_code == 2
    assert said in answer.output


def test_staff_create_for_a_new_organisation_wants_its_kind(app):
    answer = run(app, *FIRST[:4], *FIRST[6:])
    assert answer.exit_code == 2
    assert "--kind" in answer.output


def test_staff_reset_password_gives_a_new_one(app):
    run(app, *FIRST)
    answer = run(app, "staff", "reset-password", "--email", "first@example.com")
    password = answer.output.strip().rpartition(" ")[2]
    form = {"email": "first@example.com", "password": password}
    assert app.test_client().post("/staff/sign-in", data=form).status_code == 303


def test_tokens_create_prints_a_token_with_its_scopes(app):
    with app.app_context():
        email = makers.make_staff(Role.ORGANISER).email
    answer = run(app, "tokens", "create", "--staff", email, "--scope", "checkin")
    assert answer.exit_code == 0, answer.output
    with app.app_context():
        token_id = tokens.read(answer.output.strip(), tokens.Purpose.API)
        who = queries.find_api_caller(token_id, now=clock.now())
        assert who.scopes == {Scope.CHECKIN}


def test_tokens_create_beyond_the_roles_is_refused(app):
    with app.app_context():
        email = makers.make_staff(Role.TRAINER).email
    answer = run(app, "tokens", "create", "--staff", email, "--scope", "registrations:read")
    assert answer.exit_code == 1
    assert "scope_missing" in answer.output


def test_audit_verify_exits_with_1_when_an_entry_was_changed(app):
    def work() -> None:
        audit.record("a.b", by=makers.SOMEBODY, now=makers.NOON, subject_kind="a", subject_id="b")
        db.session.flush()
        audit.seal(10)

    with app.app_context():
        unit_of_work(work)
    assert run(app, "audit", "verify").exit_code == 0
    with app.app_context():
        unit_of_work(lambda: db.session.execute(text("UPDATE audit_entry SET action = 'a.c'")))
        assert db.session.scalar(select(1)) == 1
    answer = run(app, "audit", "verify")
    assert (answer.exit_code, "BROKEN at sequence 1" in answer.output) == (1, True)
