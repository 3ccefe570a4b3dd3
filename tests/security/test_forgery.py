"""No form can be sent from elsewhere: without its own token nothing is read, nothing written."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from app.kit.database import db
from tests.security.expectations import cases
from tests.security.test_authorisation import ROUTES
from tests.security.world import OWN, World

FORMS = [entry for entry in ROUTES if entry.method != "GET" and not entry.rule.startswith("/api/")]


def counts(world: World) -> dict[str, int]:
    with world.app.app_context():
        return {
            table.name: db.session.scalar(select(func.count()).select_from(table))
            for table in db.metadata.sorted_tables
        }


@pytest.fixture
def guarded(world: World):
    """The same world with forgery protection on, as in production."""
    world.app.config["WTF_CSRF_ENABLED"] = True
    yield world
    world.app.config["WTF_CSRF_ENABLED"] = False
    world.restore()


@pytest.mark.parametrize("entry", FORMS, ids=lambda entry: f"{entry.method} {entry.rule}")
@pytest.mark.parametrize("token", ["", "wrong", "ImE.aXc.bad"])
def test_form_without_its_token_is_refused_and_writes_nothing(guarded: World, entry, token):
    before = counts(guarded)
    for name in ("anonymous", "own organiser", "own admin", "grant"):
        principal = guarded.principals[name]
        client = guarded.client_of(principal)
        for case in cases(guarded, entry, principal):
            if set(case.relations) <= {OWN}:
                answer = client.post(case.address, data={"csrf_token": token} if token else {})
                assert answer.status_code == 400, case.address
    assert counts(guarded) == before


def test_token_of_another_browser_is_refused(guarded: World):
    stranger = guarded.app.test_client()
    page = stranger.get("/staff/sign-in").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    client = guarded.client_of(guarded.principals["own organiser"])
    answer = client.post("/staff/two-factor", data={"csrf_token": token, "code": "123456"})
    assert answer.status_code == 400


def test_own_token_is_accepted(guarded: World):
    client = guarded.client_of(guarded.principals["own organiser"])
    page = client.get("/staff/two-factor").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    answer = client.post("/staff/two-factor", data={"csrf_token": token, "code": "000000"})
    assert answer.status_code == 422


def test_programs_need_no_token_because_cookies_count_for_nothing_there(guarded: World):
    """A cookie alone opens no API route, so nothing can be forged through it."""
    client = guarded.client_of(guarded.principals["own organiser"])
    apis = [one for one in ROUTES if one.rule.startswith("/api/") and one.guard.kind != "public"]
    assert apis
    for entry in apis:
        for case in cases(guarded, entry, guarded.principals["own organiser"]):
            answer = client.open(case.address, method=entry.method, json={})
            assert answer.status_code == 401, case.address
