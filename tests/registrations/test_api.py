"""Sign-up and its changes as programs do them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from app.accounts.models import Role
from app.kit.database import db
from app.trainings.models import Mode
from tests import makers
from tests.registrations.sign_ups import sent

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
STATEMENTS_ALLOWED = 15


@pytest.fixture
def training_id(app):
    with app.app_context():
        return makers.make_training(starts_at=SOON, capacity_onsite=2).public_id


def post(client, training_id, body, **headers):
    return client.post(f"/api/v1/trainings/{training_id}/registrations", json=body, headers=headers)


def bearer(registration):
    token = registration["manage_url"].rpartition("/")[2]
    return {"Authorization": f"Bearer {token}"}


def test_register_answers_tickets_and_positions(client, training_id):
    answer = post(client, training_id, sent(people=3))
    assert answer.status_code == 201
    body = answer.json
    assert body["state"] == "partly_waitlisted"
    assert [one["state"] for one in body["attendees"]] == ["confirmed", "confirmed", "waitlisted"]
    assert [one["waitlist_position"] for one in body["attendees"]] == [None, None, 1]
    ticket = body["attendees"][0]["ticket"]
    assert ticket["url"].endswith(f"/t/{ticket['code']}")


def test_register_of_one_stays_within_its_statements(app, client, training_id):
    post(client, training_id, sent(1))
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert post(client, training_id, sent(), **{"Idempotency-Key": "k"}).status_code == 201
    finally:
        event.remove(engine, "before_cursor_execute", note)
    counted = [statement for statement in statements if not statement.startswith("BEGIN")]
    assert len(counted) <= STATEMENTS_ALLOWED, counted


def test_register_names_every_wrong_field(client, training_id):
    body = sent(
        enterprise={"uscc": "91440112000000O19D", "name": "", "city": "999999", "industry": "?"},
        contact={"name": "1", "phone": "02038835950", "email": "nobody"},
        attendees=[{"name": "李示例", "phone": "1", "channel": "moon"}],
        consent={"policy_version": "0", "purposes": []},
    )
    answer = post(client, training_id, body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert [(error["field"], error["code"]) for error in answer.json["errors"]] == [
        ("enterprise.uscc", "uscc_letter"),
        ("enterprise.name", "name_invalid"),
        ("enterprise.city", "city_unknown"),
        ("enterprise.industry", "industry_unknown"),
        ("contact.name", "name_invalid"),
        ("contact.phone", "phone_not_mobile"),
        ("contact.email", "email_invalid"),
        ("attendees.0.phone", "phone_invalid"),
        ("attendees.0.channel", "enum"),
        ("consent.policy_version", "policy_outdated"),
        ("consent.purposes", "consent_missing"),
    ]


def test_register_of_somebody_known_is_refused_with_the_row(client, training_id):
    body = sent()
    post(client, training_id, body)
    answer = post(client, training_id, body)
    assert (answer.status_code, answer.json["code"]) == (409, "already_registered")
    assert [error["field"] for error in answer.json["errors"]] == ["attendees.0.phone"]


def test_register_under_a_known_key_replays(client, training_id):
    body = sent()
    first = post(client, training_id, body, **{"Idempotency-Key": "k"})
    again = post(client, training_id, body, **{"Idempotency-Key": "k"})
    other = post(client, training_id, sent(), **{"Idempotency-Key": "k"})
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotent-Replay"] == "true"
    assert (other.status_code, other.json["code"]) == (422, "idempotency_mismatch")


def test_register_for_an_unknown_training_is_not_found(client, training_id):
    assert post(client, "0" * 26, sent()).status_code == 404


def test_registration_is_shown_and_cancelled_with_its_own_token_only(client, training_id):
    mine, other = (post(client, training_id, sent(number)).json for number in (0, 1))
    path = f"/api/v1/registrations/{mine['id']}"
    assert client.get(path, headers=bearer(mine)).json == mine
    assert client.get(path, headers=bearer(other)).status_code == 404
    assert client.get(path).status_code == 401
    assert client.delete(path, headers=bearer(other)).status_code == 404
    answer = client.delete(path, headers=bearer(mine))
    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    assert client.delete(path, headers=bearer(mine)).json["code"] == "not_live"


def test_registration_is_shown_to_readers_of_its_organisation_without_credentials(app, client):
    with app.app_context():
        organisation = makers.make_organisation()
        training_id = makers.make_training(organisation, starts_at=SOON).public_id
        reader = makers.make_api_token(
            makers.make_staff(Role.SUPERVISOR, organisation=organisation)
        )
        writer = makers.make_api_token(makers.make_staff(Role.ORGANISER, organisation=organisation))
        stranger = makers.make_api_token(makers.make_staff(Role.ORGANISER))
    mine = post(client, training_id, sent()).json
    path = f"/api/v1/registrations/{mine['id']}"

    def ask(token, method="GET"):
        return client.open(path, method=method, headers={"Authorization": f"Bearer {token}"})

    assert ask(reader).json["manage_url"] is None
    assert ask(reader).json["attendees"][0]["ticket"] is None
    assert ask(reader, "DELETE").status_code == 403
    assert ask(stranger).status_code == 404
    assert ask(stranger, "DELETE").status_code == 404
    assert ask(writer, "DELETE").json["state"] == "cancelled"


def test_attendees_are_added_changed_and_cancelled(client, training_id):
    mine = post(client, training_id, sent()).json
    person = {"name": "王示例", "phone": "13700137000", "channel": "onsite"}
    path = f"/api/v1/registrations/{mine['id']}/attendees"
    added = client.post(path, json=person, headers=bearer(mine))
    assert (added.status_code, added.json["state"]) == (201, "confirmed")
    one = f"/api/v1/attendees/{added.json['id']}"
    renamed = client.patch(one, json={"name": "王更正"}, headers=bearer(mine)).json
    assert (renamed["name"], renamed["ticket"]) == ("王更正", added.json["ticket"])
    replaced = client.patch(one, json={"phone": "13600136000"}, headers=bearer(mine)).json
    assert replaced["ticket"] != added.json["ticket"]
    assert client.delete(one, headers=bearer(mine)).json["attendees"][1]["state"] == "cancelled"


def test_contact_is_changed(client, training_id):
    mine = post(client, training_id, sent()).json
    contact = {"name": "新经办", "phone": "13500135000"}
    path = f"/api/v1/registrations/{mine['id']}"
    answer = client.patch(path, json={"contact": contact}, headers=bearer(mine))
    assert (answer.status_code, answer.json["id"]) == (200, mine["id"])


def test_register_for_a_livestream_on_site_is_refused(app, client):
    with app.app_context():
        training_id = makers.make_training(mode=Mode.LIVESTREAM, starts_at=SOON).public_id
    assert post(client, training_id, sent()).json["code"] == "channel_not_offered"
