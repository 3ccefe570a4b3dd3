"""Each route × method × principal × whose object: the answer follows from guard and scope alone."""

from __future__ import annotations

from pathlib import Path
from tempfile import gettempdir

import pytest

from app import create_app
from app.kit.guards import Entry, policy
from config import Settings
from tests.security.bodies import body_of
from tests.security.expectations import (
    FIXED,
    FORBIDDEN,
    IN,
    NOT_THERE,
    OBJECTS,
    SIGN_IN,
    UNKNOWN,
    cases,
    parameters,
)
from tests.security.world import World


def routes() -> list[Entry]:
    """List every route of the product; no database is asked."""
    return list(policy(create_app(Settings.for_tests(Path(gettempdir())))))


ROUTES = routes()


def outcome(status: int, location: str) -> str:
    """Name what an answer means for whoever knocked."""
    if status == 303 and location.startswith("/staff/sign-in?next="):
        return SIGN_IN
    if status >= 500 and status != 503:
        return f"failed with {status}"
    return {401: UNKNOWN, 403: FORBIDDEN, 404: NOT_THERE}.get(status, IN)


@pytest.mark.parametrize("entry", ROUTES, ids=lambda entry: f"{entry.method} {entry.rule}")
def test_route_answers_each_principal_as_its_guard_says(world: World, entry: Entry):
    wrong = []
    for principal in world.principals.values():
        client, headers = world.client_of(principal), world.headers_of(principal)
        for case in cases(world, entry, principal):
            answer = client.open(
                case.address,
                method=entry.method,
                headers=headers,
                **body_of(entry, world, principal, case.relations),
            )
            answer.close()
            met = outcome(answer.status_code, answer.location or "")
            if met != case.expected:
                wrong.append((principal.name, case.relations, case.expected, answer.status_code))
            if entry.method != "GET" and answer.status_code < 400:
                world.restore()
                client = world.client_of(principal)
    world.restore()
    assert wrong == [], "\n".join(map(str, wrong))


def test_every_parameter_of_a_route_is_known():
    names = {name for entry in ROUTES for name in parameters(entry.rule)}
    known = {key if isinstance(key, str) else key[1] for key in OBJECTS}
    assert names - known - set(FIXED) == set()


def test_no_route_is_without_a_guard():
    assert [entry.rule for entry in ROUTES if entry.guard is None] == []


def test_the_matrix_notices_a_door_left_open(world: World):
    """The comparison itself must be able to fail: a foreign training served would show."""
    entry = next(one for one in ROUTES if one.endpoint == "accounts_staff.show_person")
    admin, foreign = world.principals["own admin"], world.foreign.staff
    expected = {case.relations: case.expected for case in cases(world, entry, admin)}
    assert expected == {
        ("own",): IN,
        ("sibling",): IN,
        ("foreign",): NOT_THERE,
        ("missing",): NOT_THERE,
    }
    assert outcome(200, "") == IN
    assert world.client_of(admin).get(f"/staff/people/{foreign[admin.role]}").status_code == 404
