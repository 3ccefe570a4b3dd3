"""Becoming a desk by an invitation, reporting, getting a new key, being closed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import Role
from app.accounts.rules import Scope
from app.attendance.commands import desks, invitations
from app.attendance.commands.invitations import GOOD_FOR
from app.attendance.errors import DeskClosed, InvitationExpired, InvitationUsed
from app.attendance.models import Desk, DeskInvitation
from app.audit.rules import Actor
from app.kit import tokens
from app.kit.database import db, unit_of_work
from app.kit.errors import AppError, NotFound
from app.kit.guards import policy
from app.trainings.models import TrainingState
from tests.attendance.people import desk_token
from tests.attendance.scene import Scene
from tests.makers import make_training, save

SOMEBODY = Actor(kind="staff", id="somebody")
PHONES = 16


@pytest.fixture
def scene(app):
    with app.app_context():
        return Scene(app)


def invite(scene, *, now=None, **values) -> DeskInvitation:
    keeper = scene.staff(Role.ORGANISER)
    return scene.make(
        unit_of_work,
        lambda: invitations.invite(
            scene.lesson.public_id,
            organisation_id=scene.organisation.id,
            staff_id=keeper.id,
            by=SOMEBODY,
            now=now or scene.now,
            **{"label": "后门", "may_search": False} | values,
        ),
    )


def invite_again(scene) -> DeskInvitation:
    keeper = scene.staff(Role.ORGANISER)
    return scene.make(
        unit_of_work,
        lambda: invitations.invite_again(
            scene.desk.public_id,
            scene.lesson.public_id,
            organisation_id=scene.organisation.id,
            staff_id=keeper.id,
            by=SOMEBODY,
            now=scene.now,
        ),
    )


def code_of(invitation) -> str:
    return tokens.issue(tokens.Purpose.ENROL, invitation.token_id)


def become(scene, client, invitation, **headers):
    with scene.app.app_context():
        sent = {"invitation": code_of(invitation)}
    return client.post("/api/v1/desks", json=sent, headers=headers)


def revoke(scene) -> None:
    scene.make(
        unit_of_work,
        lambda: desks.revoke_desk(
            scene.desk.public_id,
            organisation_id=scene.organisation.id,
            lesson_id=scene.lesson.id,
            by=SOMEBODY,
            now=scene.now,
        ),
    )


def test_phone_with_an_invitation_becomes_a_desk_that_scans(scene, client):
    answer = become(scene, client, invite(scene, may_search=True))
    got = answer.get_json()
    assert answer.status_code == 201
    assert got | {"token": "", "desk": "", "expires_at": ""} == {
        "desk": "",
        "token": "",
        "expires_at": "",
        "label": "后门",
        "lesson": scene.lesson.public_id,
        "may_search": True,
    }
    bearer = {"Authorization": f"Bearer {got['token']}"}
    answer = client.post(f"{scene.url}/scans", json={"scans": [scene.scan()]}, headers=bearer)
    assert answer.get_json()["results"][0]["verdict"] == "admitted"
    assert answer.headers["Cache-Control"] == "no-store"


def test_invitation_is_good_once_but_a_lost_answer_is_given_again(scene, client):
    invitation = invite(scene)
    first = become(scene, client, invitation, **{"Idempotency-Key": "phone-1"})
    again = become(scene, client, invitation, **{"Idempotency-Key": "phone-1"})
    other = become(scene, client, invitation, **{"Idempotency-Key": "phone-2"})
    assert again.get_json() == first.get_json()
    assert (other.status_code, other.get_json()["code"]) == (409, "invitation_used")


def test_invitation_ends_after_ten_minutes(scene, client):
    late = become(scene, client, invite(scene, now=scene.now - GOOD_FOR - timedelta(seconds=1)))
    assert (late.status_code, late.get_json()["code"]) == (409, "invitation_expired")


def test_forged_and_foreign_tokens_are_no_invitations(scene, client):
    with scene.app.app_context():
        wrong = ["", "x", desk_token(scene.desk), scene.code, tokens.issue(tokens.Purpose.ENROL)]
    answers = [client.post("/api/v1/desks", json={"invitation": one}).status_code for one in wrong]
    assert answers == [422, 404, 404, 404, 404]


def test_invitation_to_a_training_that_was_closed_stays_unused(scene, client):
    invitation = invite(scene)
    scene.make(_set_state, scene.training, TrainingState.CANCELLED)
    assert become(scene, client, invitation).get_json()["code"] == "desk_closed"
    scene.make(_set_state, scene.training, TrainingState.PUBLISHED)
    assert become(scene, client, invitation).status_code == 201


def _set_state(training, state) -> None:
    training = db.session.merge(training)
    training.state = state
    save(training)


def test_only_lessons_of_the_organisation_are_invited_to(scene):
    [draft] = scene.make(make_training, scene.organisation, state=TrainingState.DRAFT).lessons
    [foreign] = scene.make(make_training).lessons
    for lesson, refusal in ((draft, DeskClosed), (foreign, NotFound)):
        with scene.app.app_context(), pytest.raises(refusal):
            desks.lesson_open_to_desks(lesson.public_id, organisation_id=scene.organisation.id)


def test_of_sixteen_phones_with_one_invitation_one_becomes_a_desk(scene):
    invitation, ready = invite(scene), threading.Barrier(PHONES)
    met: list[object] = []

    def claim() -> None:
        with scene.app.app_context():
            ready.wait()
            try:
                desk = unit_of_work(lambda: invitations.accept(invitation.token_id, now=scene.now))
                met.append(desk.id)
            except AppError as refusal:
                met.append(type(refusal))
            finally:
                db.session.remove()

    phones = [threading.Thread(target=claim) for _phone in range(PHONES)]
    for phone in phones:
        phone.start()
    for phone in phones:
        phone.join()
    assert [one for one in met if one is InvitationUsed] == [InvitationUsed] * (PHONES - 1)
    with scene.app.app_context():
        assert db.session.scalar(select(func.count(Desk.id))) == 2


def test_new_key_ends_the_old_one_and_keeps_the_desk(scene, client):
    invitation = invite_again(scene)
    assert client.get(f"{scene.url}/counter", headers=scene.headers).status_code == 200
    got = become(scene, client, invitation).get_json()
    assert got["desk"] == scene.desk.public_id
    assert client.get(f"{scene.url}/counter", headers=scene.headers).status_code == 401
    bearer = {"Authorization": f"Bearer {got['token']}"}
    assert client.get(f"{scene.url}/counter", headers=bearer).status_code == 200


def test_closed_desk_gets_no_new_key(scene, client):
    invitation = invite_again(scene)
    revoke(scene)
    assert become(scene, client, invitation).get_json()["code"] == "desk_closed"
    with pytest.raises(DeskClosed):
        invite_again(scene)


def test_expired_invitation_is_told_from_a_used_one(scene):
    invitation = invite(scene)
    with scene.app.app_context():
        with pytest.raises(InvitationExpired):
            invitations.accept(invitation.token_id, now=scene.now + GOOD_FOR)
        unit_of_work(lambda: invitations.accept(invitation.token_id, now=scene.now))
        with pytest.raises(InvitationUsed):
            invitations.accept(invitation.token_id, now=scene.now + GOOD_FOR)


def test_heartbeat_tells_the_server_how_the_desk_fares(scene, client):
    sent = {"queue_length": 7, "device_time": (scene.now - timedelta(minutes=5)).isoformat()}
    answer = client.post(f"{scene.url}/heartbeat", json=sent, headers=scene.headers)
    assert set(answer.get_json()) == {"server_time", "sequence", "expires_at", "may_search"}
    desk = scene.make(lambda: db.session.get_one(Desk, scene.desk.id))
    assert desk.queue_length == 7
    assert desk.last_seen_at >= scene.now
    assert 300_000 <= desk.clock_skew_ms < 330_000


def test_heartbeat_of_a_clock_gone_mad_is_bounded_and_of_a_program_leaves_no_trace(scene, client):
    mad = {"queue_length": 0, "device_time": "1970-01-01T00:00:00+00:00"}
    assert client.post(f"{scene.url}/heartbeat", json=mad, headers=scene.headers).status_code == 200
    assert scene.make(lambda: db.session.get_one(Desk, scene.desk.id)).clock_skew_ms == 2**31 - 1
    program = scene.bearer(scene.staff(Role.ORGANISER), Scope.CHECKIN)
    answer = client.post(f"{scene.url}/heartbeat", json=mad, headers=program).get_json()
    assert (answer["expires_at"], answer["may_search"]) == (None, False)


def test_closed_desk_is_nobody_at_every_call_of_a_desk(scene, client):
    calls = [entry for entry in policy(scene.app) if entry.guard and entry.guard.kind == "desk"]
    assert len(calls) >= 7
    revoke(scene)
    for entry in calls:
        address = entry.rule.replace("<lesson_id>", scene.lesson.public_id)
        answer = client.open(address, method=entry.method, json={}, headers=scene.headers)
        assert answer.status_code == 401, f"{entry.method} {entry.rule}"


def test_queue_of_a_closed_desk_is_taken_and_kept_apart(scene, client):
    revoke(scene)
    sent = {"scans": [scene.scan()]}
    answer = client.post(f"{scene.url}/late-scans", json=sent, headers=scene.headers)
    assert (answer.status_code, answer.get_json()) == (
        202,
        {"stored": 1, "known": 0, "undos_left": 0},
    )
    assert scene.facts() == []
