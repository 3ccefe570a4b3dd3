"""Names, phones, codes and tokens stand neither in logs nor in figures."""

from __future__ import annotations

import logging
import re

import pytest

from tests.makers import PASSWORD
from tests.security.bodies import body_of
from tests.security.expectations import cases
from tests.security.test_authorisation import ROUTES
from tests.security.world import CANARY, World

NAMES = ("foreign organiser", "foreign trainer", "api foreign", "manage", "desk", "grant")


def secrets_of(world: World) -> list[str]:
    """List what must never be written down."""
    found = [CANARY, "13800138", "+86138", PASSWORD, "@example.com"]
    for house in (world.own, world.foreign):
        for place in house.places:
            found += [place.code, place.manage_token, place.desk_token]
    found += [one.bearer for one in world.principals.values() if one.bearer]
    found += [one.cookie for one in world.principals.values() if one.cookie]
    return found


@pytest.mark.parametrize("entry", ROUTES, ids=lambda entry: f"{entry.method} {entry.rule}")
def test_logs_name_nobody(world: World, entry, caplog):
    caplog.set_level(logging.DEBUG)
    for name in NAMES:
        principal = world.principals[name]
        client, headers = world.client_of(principal), world.headers_of(principal)
        for case in cases(world, entry, principal):
            client.open(
                f"{case.address}?q={CANARY}",
                method=entry.method,
                headers=headers | {"User-Agent": CANARY.encode().decode("latin-1")},
                **body_of(entry, world, principal, case.relations),
            ).close()
    world.restore()
    assert [secret for secret in secrets_of(world) if secret in caplog.text] == []


def test_failed_sign_in_is_logged_without_the_account(world: World, caplog):
    caplog.set_level(logging.DEBUG)
    form = {"email": "canary@example.com", "password": "canary-Password-1"}
    world.app.test_client().post("/staff/sign-in", data=form)
    world.restore()
    assert "canary" not in caplog.text


def test_metrics_name_nobody(world: World):
    text = world.app.test_client().get("/metrics").text
    assert [secret for secret in secrets_of(world) if secret in text] == []


def test_error_pages_do_not_repeat_what_was_asked(world: World):
    client = world.app.test_client()
    for path in (f"/{CANARY}", f"/t/{CANARY}", f"/api/v1/{CANARY}", f"/trainings/{CANARY}"):
        page = re.sub(r'href="[^"]*lang=en"', "", client.get(path).text)  # the same page in English
        assert CANARY not in page, path
