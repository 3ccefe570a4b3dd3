"""Programs answer with a ticket's code and read sums with a scope."""

from __future__ import annotations

import pytest

from app.accounts.models import Role
from app.accounts.rules import Scope
from tests import makers
from tests.attendance.people import make_attendee
from tests.feedback.answers import make_answers, make_attended, make_past_training

SCORES = {"content": 5, "trainer": 4, "organisation": 3, "effect": 2, "overall": 5}


@pytest.fixture
def attended(app):
    """Give (address, code) of somebody who attended."""
    with app.app_context():
        training = make_past_training()
        return f"/api/v1/trainings/{training.public_id}/feedback", make_attended(training)[0][1]


def bearer(code: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {code}"}


def test_submit_with_the_code_as_bearer_is_taken(client, attended):
    address, code = attended
    answer = client.post(address, json=SCORES, headers=bearer(code))
    assert answer.status_code == 201
    assert answer.json["training"] in address


def test_submit_with_the_code_in_the_body_is_taken(client, attended):
    address, code = attended
    assert client.post(address, json=SCORES | {"ticket_code": code}).status_code == 201


def test_submit_twice_is_refused(client, attended):
    address, code = attended
    client.post(address, json=SCORES, headers=bearer(code))
    again = client.post(address, json=SCORES, headers=bearer(code))
    assert (again.status_code, again.json["code"]) == (409, "already_answered")


def test_submit_again_under_the_same_key_is_replayed(client, attended):
    address, code = attended
    headers = bearer(code) | {"Idempotency-Key": "k"}
    first = client.post(address, json=SCORES, headers=headers)
    again = client.post(address, json=SCORES, headers=headers)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replay"] == "true"


def test_submit_without_a_code_is_unauthenticated(client, attended):
    assert client.post(attended[0], json=SCORES).status_code == 401


def test_submit_with_a_forged_code_is_not_found(client, attended):
    address, code = attended
    assert client.post(address, json=SCORES, headers=bearer(code[:-1] + "_")).status_code == 404


def test_submit_for_another_training_is_not_found(app, client, attended):
    with app.app_context():
        other = make_past_training()
    address = f"/api/v1/trainings/{other.public_id}/feedback"
    assert client.post(address, json=SCORES, headers=bearer(attended[1])).status_code == 404


def test_submit_by_somebody_who_was_not_there_is_refused(app, client):
    with app.app_context():
        training = make_past_training()
        _attendee, code = make_attendee(training)
    answer = client.post(
        f"/api/v1/trainings/{training.public_id}/feedback", json=SCORES, headers=bearer(code)
    )
    assert (answer.status_code, answer.json["code"]) == (409, "not_attended")


def test_submit_with_faults_names_all(client, attended):
    address, code = attended
    sent = {"content": 6, "trainer": "4", "extra": 1}
    answer = client.post(address, json=sent, headers=bearer(code))
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json["errors"]} == {
        "content",
        "trainer",
        "organisation",
        "effect",
        "overall",
        "extra",
    }


def summary(app, client, count, *scopes, role=Role.ORGANISER, stranger=False):
    with app.app_context():
        organisation = makers.make_organisation()
        staff = makers.make_staff(role, organisation=organisation)
        token = makers.make_api_token(staff, *scopes)
        training = make_past_training(None if stranger else organisation)
        make_answers(training, count)
    return client.get(
        f"/api/v1/trainings/{training.public_id}/feedback/summary", headers=bearer(token)
    )


def test_summary_below_five_answers_is_suppressed(app, client):
    answer = summary(app, client, 4)
    assert answer.status_code == 200
    assert (answer.json["n"], answer.json["suppressed"], answer.json["dimensions"]) == (
        None,
        True,
        [],
    )


def test_summary_from_five_answers_on_has_figures(app, client):
    answer = summary(app, client, 5)
    assert (answer.json["n"], answer.json["suppressed"]) == (5, False)
    assert answer.json["dimensions"][1] == {
        "dimension": "trainer",
        "mean": 4.0,
        "satisfied_percent": 100.0,
        "counts": {"5": 0, "4": 5, "3": 0, "2": 0, "1": 0},
    }


def test_summary_needs_its_scope_and_its_organisation(app, client):
    assert summary(app, client, 5, Scope.CHECKIN).status_code == 403
    assert summary(app, client, 5, stranger=True).status_code == 404
