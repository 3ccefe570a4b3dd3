"""Defects that were found in other check-in systems, each as a test that passes here.

The letters are those of a study of pretix's `checkinrpc` (source and probes of version 2026.8).
"""

from __future__ import annotations

import base64
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from app.attendance.models import Attendance, Credit, Fact
from app.kit.database import db, unit_of_work
from app.registrations.models import Attendee, AttendeeState
from tests.attendance.people import desk_token, make_attendee, make_attendees, make_desk
from tests.attendance.scene import Scene


@pytest.fixture
def scene(app):
    with app.app_context():
        return Scene(app)


@pytest.fixture
def send(client, scene):
    """Send scans by the first desk, or another one, and give the answers."""

    def upload(*scans, headers=None):
        response = client.post(
            f"{scene.url}/scans", json={"scans": list(scans)}, headers=headers or scene.headers
        )
        assert response.status_code == 200, response.get_data(as_text=True)
        return response.get_json()["results"]

    return upload


def second_desk(scene):
    with scene.app.app_context():
        return {"Authorization": f"Bearer {desk_token(make_desk(scene.lesson, '二号门'))}"}


def record_of(scene):
    with scene.app.app_context():
        return db.session.scalars(select(Attendance)).one()


def cancel_attendee(scene):
    with scene.app.app_context():
        unit_of_work(
            lambda: db.session.execute(
                update(Attendee)
                .where(Attendee.id == scene.attendee.id)
                .values(state=AttendeeState.CANCELLED)
            )
        )


def test_d1_retry_is_answered_before_any_rule_looks_at_it(scene, send):
    [once] = send(scene.scan())
    [again] = send(scene.scan())
    assert (once["verdict"], again["verdict"], again["replayed"]) == ("admitted", "admitted", True)
    assert len(scene.facts()) == 1


def test_d2_scan_that_was_retried_can_still_be_undone(scene, send, client):
    send(scene.scan())
    send(scene.scan())
    undone = client.post(
        f"{scene.url}/undo",
        json={"uid": "undo-1", "target": "0190-a", "reason": "扫错人"},
        headers=scene.headers,
    )
    assert undone.status_code == 200
    assert record_of(scene).credit is Credit.ABSENT


def test_d3_retry_after_the_place_was_cancelled_still_says_admitted(scene, send):
    send(scene.scan())
    cancel_attendee(scene)
    [again] = send(scene.scan())
    assert (again["verdict"], again["replayed"]) == ("admitted", True)


def test_d4_one_uid_never_stands_for_two_tickets(scene, send):
    other, code = scene.make(make_attendee, scene.training)
    [first, second] = send(scene.scan(), scene.scan(code=code))
    [third] = send(scene.scan("0190-c", code=code))
    assert [first["verdict"], second["verdict"]] == ["admitted", "uid_mismatch"]
    assert (third["verdict"], third["attendee"]["id"]) == ("admitted", other.public_id)
    assert len(scene.facts()) == 2


def test_d5_instant_far_from_now_is_stored_and_flagged_not_believed(scene, send):
    [answer] = send(scene.scan(occurred_at="2099-01-01T00:00:00Z"))
    [fact] = scene.facts()
    assert answer["verdict"] == "admitted"
    assert "clock_ahead" in fact.flags
    assert fact.occurred_at == datetime(2099, 1, 1, tzinfo=UTC)
    assert fact.effective_at <= datetime.now(UTC)
    assert record_of(scene).first_in_at == fact.effective_at


@pytest.mark.parametrize("earlier_is_uploaded_first", [True, False])
def test_d6_order_of_uploads_decides_nothing(scene, send, earlier_is_uploaded_first):
    earlier = scene.scan("0190-a", occurred_at=(scene.now - timedelta(minutes=5)).isoformat())
    later = scene.scan("0190-b")
    uploads = [(earlier, scene.headers), (later, second_desk(scene))]
    for scan, headers in uploads if earlier_is_uploaded_first else reversed(uploads):
        send(scan, headers=headers)
    record = record_of(scene)
    assert record.first_in_at == scene.now - timedelta(minutes=5)
    assert record.is_conflict
    assert {"clock_ahead", "outside_window"}.isdisjoint(
        flag for fact in scene.facts() for flag in fact.flags
    )


def test_d7_unknown_code_is_remembered_so_that_it_can_be_recognised(scene, send):
    [forged, again] = send(
        scene.scan("0190-a", code=scene.code[:-1] + ("A" if scene.code[-1] != "A" else "B")),
        scene.scan("0190-b", code="https://example.com/t/whatever"),
    )
    assert (forged["verdict"], again["verdict"]) == ("unknown", "unknown")
    hashes = [fact.code_hash for fact in scene.facts()]
    assert len(set(hashes)) == 2
    assert all(hashes)


def test_d8_retry_says_that_it_is_one_and_when_the_first_was(scene, send):
    [once] = send(scene.scan())
    [again] = send(scene.scan())
    assert not once["replayed"]
    assert again == once | {"replayed": True}
    assert again["first_in_at"]


def test_d9_leaving_twice_under_one_uid_at_once_is_one_fact(scene, send):
    send(scene.scan("0190-in", occurred_at=(scene.now - timedelta(minutes=1)).isoformat()))
    leaving = {"scans": [scene.scan("0190-out", direction="out")]}
    start, answers = threading.Barrier(6), []

    def leave():
        client = scene.app.test_client()
        start.wait()
        answers.append(client.post(f"{scene.url}/scans", json=leaving, headers=scene.headers))

    threads = [threading.Thread(target=leave) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results = [answer.get_json()["results"][0] for answer in answers]
    assert {result["verdict"] for result in results} == {"out"}
    assert sum(not result["replayed"] for result in results) == 1
    assert len(scene.facts()) == 2


def test_d10_undoing_deletes_nothing(scene, send, client):
    send(scene.scan())
    client.post(
        f"{scene.url}/undo",
        json={"uid": "undo-1", "target": "0190-a", "reason": "扫错人"},
        headers=scene.headers,
    )
    scan, undo = sorted(scene.facts(), key=lambda fact: fact.sequence)
    assert (scan.uid, undo.target_uid, undo.reason) == ("0190-a", "0190-a", "扫错人")


def test_d11_no_scan_is_taken_without_a_uid(scene, client):
    nameless = {key: value for key, value in scene.scan().items() if key != "uid"}
    response = client.post(f"{scene.url}/scans", json={"scans": [nameless]}, headers=scene.headers)
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["field"] == "scans.0.uid"
    assert scene.facts() == []


def test_d12_roster_holds_neither_names_nor_live_codes(scene, client):
    text = client.get(f"{scene.url}/roster", headers=scene.headers).get_data(as_text=True)
    _kid, token_id, mac = scene.code.split(".")
    for secret in (scene.attendee.name, token_id, mac, scene.attendee.phone[3:]):
        assert secret not in text
        assert base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=") not in text


def test_d13_second_scan_says_when_and_where_the_first_was(scene, send):
    [first] = send(scene.scan())
    [second] = send(scene.scan("0190-b"), headers=second_desk(scene))
    assert second["verdict"] == "already_in"
    assert (second["first_in_at"], second["first_in_desk"]) == (first["first_in_at"], "一号门")
    assert second["conflict"]


def test_d14_five_hundred_scans_are_one_request(scene, send):
    people = scene.make(make_attendees, scene.training, 500)
    results = send(
        *(scene.scan(f"u{place}", code=code) for place, (_one, code) in enumerate(people))
    )
    assert [result["verdict"] for result in results] == ["admitted"] * 500
    with scene.app.app_context():
        assert db.session.scalar(select(func.count(Fact.id))) == 500
