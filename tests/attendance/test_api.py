"""What desks and programs get over HTTP: scans, roster, feed, corrections, attendance."""

from __future__ import annotations

import io
import json
from datetime import datetime

import openpyxl
import pytest
from sqlalchemy import event, select

from app.accounts.models import Role
from app.accounts.rules import Scope
from app.attendance.commands.desks import revoke_desk
from app.attendance.models import Credit
from app.audit.models import AuditEntry
from app.kit.database import db, unit_of_work
from app.registrations.models import AttendeeState
from tests.attendance.people import (
    make_attendee,
    make_attendees,
)
from tests.attendance.scene import SOON, Scene
from tests.makers import SOMEBODY, make_organisation, make_training


@pytest.fixture
def scene(app):
    with app.app_context():
        return Scene(app)


def test_scan_answers_in_the_shape_of_the_contract(scene, client):
    sent = {"scans": [scene.scan(sequence=17), scene.scan("0190-b", code="nonsense")]}
    response = client.post(f"{scene.url}/scans", json=sent, headers=scene.headers)
    first, second = response.get_json()["results"]
    assert response.status_code == 200
    assert first == {
        "uid": "0190-a",
        "verdict": "admitted",
        "replayed": False,
        "attendee": {
            "id": scene.attendee.public_id,
            "name": "示例学员",
            "enterprise": "示例企业0有限公司",
            "phone_masked": first["attendee"]["phone_masked"],
            "channel": "onsite",
        },
        "first_in_at": scene.now.isoformat().replace("+00:00", "Z"),
        "first_in_desk": "一号门",
        "conflict": False,
        "message": "签到成功",
    }
    assert first["attendee"]["phone_masked"][3:7] == "****"
    assert (second["verdict"], second["attendee"], second["first_in_at"]) == ("unknown", None, None)


def test_message_is_in_the_language_of_whoever_asks(scene, client):
    headers = scene.headers | {"Accept-Language": "en"}
    response = client.post(f"{scene.url}/scans", json={"scans": [scene.scan()]}, headers=headers)
    assert response.get_json()["results"][0]["message"] == "Checked in"


def test_upload_sent_twice_is_replayed_word_for_word(scene, client):
    sent = {"scans": [scene.scan(), scene.scan("0190-b")]}
    once, twice = (
        client.post(f"{scene.url}/scans", json=sent, headers=scene.headers).get_json()["results"]
        for _ in range(2)
    )
    assert twice == [one | {"replayed": True} for one in once]


def test_wrong_items_are_named_all_at_once(scene, client):
    sent = {
        "scans": [
            scene.scan(),
            scene.scan("0190-b", occurred_at="2026-03-19T08:55:01"),
            scene.scan("a b", direction="sideways"),
            {"uid": "x", "occurred_at": scene.now.isoformat()},
        ]
    }
    response = client.post(f"{scene.url}/scans", json=sent, headers=scene.headers)
    faults = [fault["field"] for fault in response.get_json()["errors"]]
    assert response.status_code == 422
    assert faults == ["scans.1.occurred_at", "scans.2.uid", "scans.2.direction", "scans.3"]


def test_more_than_500_scans_are_refused(scene, client):
    sent = {"scans": [scene.scan(f"u{number}") for number in range(501)]}
    response = client.post(f"{scene.url}/scans", json=sent, headers=scene.headers)
    assert (response.status_code, response.get_json()["code"]) == (422, "invalid")


def test_foreign_lesson_is_not_there_and_a_closed_desk_is_nobody(scene, client):
    [other] = scene.make(make_training, scene.organisation).lessons
    scans = {"scans": [scene.scan()]}
    foreign = client.post(
        f"/api/v1/lessons/{other.public_id}/scans", json=scans, headers=scene.headers
    )
    scene.make(
        unit_of_work,
        lambda: revoke_desk(
            scene.desk.public_id,
            organisation_id=scene.organisation.id,
            lesson_id=scene.lesson.id,
            by=SOMEBODY,
            now=scene.now,
        ),
    )
    revoked = client.post(f"{scene.url}/scans", json=scans, headers=scene.headers)
    nobody = client.post(f"{scene.url}/scans", json=scans)
    assert [foreign.status_code, revoked.status_code, nobody.status_code] == [404, 401, 401]


def test_programs_scan_with_the_scope_for_what_they_may_see(scene, client):
    organiser = scene.staff(Role.ORGANISER)
    stranger = scene.staff(Role.ORGANISER, organisation=scene.make(make_organisation))
    idle_trainer = scene.staff(Role.TRAINER)
    supervisor = scene.staff(Role.SUPERVISOR)
    answers = [
        client.post(
            f"{scene.url}/scans", json={"scans": [scene.scan()]}, headers=scene.bearer(*who)
        ).status_code
        for who in (
            (organiser, Scope.CHECKIN),
            (organiser, Scope.ATTENDANCE_READ),
            (stranger, Scope.CHECKIN),
            (idle_trainer, Scope.CHECKIN),
            (supervisor, Scope.CHECKIN),
        )
    ]
    assert answers == [200, 403, 404, 404, 403]


def test_trainer_scans_what_they_teach(scene, client):
    trainer = scene.staff(Role.TRAINER)
    training = scene.make(
        make_training, scene.organisation, starts_at=scene.now + SOON, trainer=trainer
    )
    [lesson] = training.lessons
    _, code = scene.make(make_attendee, training)
    response = client.post(
        f"/api/v1/lessons/{lesson.public_id}/scans",
        json={"scans": [scene.scan(code=code)]},
        headers=scene.bearer(trainer, Scope.CHECKIN),
    )
    assert response.get_json()["results"][0]["verdict"] == "admitted"


def test_one_scan_over_http_takes_at_most_five_statements(scene, client):
    client.post(f"{scene.url}/scans", json={"scans": [scene.scan("warm")]}, headers=scene.headers)
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    engine = scene.make(lambda: db.engine)
    event.listen(engine, "before_cursor_execute", note)
    try:
        client.post(f"{scene.url}/scans", json={"scans": [scene.scan()]}, headers=scene.headers)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(seen) <= 5


def test_changes_continue_the_roster(scene, client):
    scene.make(make_attendee, scene.training, state=AttendeeState.WAITLISTED, name="候补人员")
    roster = client.get(f"{scene.url}/roster", headers=scene.headers).get_json()
    assert [one["state"] for one in roster["attendees"]] == ["confirmed", "waitlisted"]
    client.post(f"{scene.url}/scans", json={"scans": [scene.scan()]}, headers=scene.headers)
    changes = client.get(
        f"{scene.url}/changes?after={roster['sequence']}", headers=scene.headers
    ).get_json()
    assert [
        (one["sequence"], one["fact"]["verdict"], one["attendee"]["credit"])
        for one in changes["items"]
    ] == [(1, "admitted", "present")]
    assert (changes["sequence"], changes["more"]) == (1, False)
    assert changes["lesson"] == roster["lesson"]
    [change] = changes["items"]
    assert (change["fact"]["desk"], change["fact"]["desk_id"]) == ("一号门", scene.desk.public_id)
    assert change["attendee"]["first_in_desk"] == "一号门"
    assert (change["attendee"]["lookup"], change["attendee"]["box"]) == (
        roster["attendees"][0]["lookup"],
        roster["attendees"][0]["box"],
    )


def test_changes_come_in_pages_without_gaps(scene, client):
    scans = [scene.scan(f"u{number}") for number in range(7)]
    client.post(f"{scene.url}/scans", json={"scans": scans}, headers=scene.headers)
    after, seen = 0, []
    while True:
        page = client.get(
            f"{scene.url}/changes?after={after}&limit=3", headers=scene.headers
        ).get_json()
        seen += [one["sequence"] for one in page["items"]]
        after = page["sequence"]
        if not page["more"]:
            break
    assert seen == [1, 2, 3, 4, 5, 6, 7]


def test_search_finds_by_name_and_by_last_digits_at_most_twenty(scene, client):
    scene.make(make_attendees, scene.training, 25, name="重名")
    ending = scene.attendee.phone[-4:]

    def found(text):
        response = client.post(f"{scene.url}/search", json={"text": text}, headers=scene.headers)
        return response.get_json()["items"]

    assert [one["attendee"]["name"] for one in found("例学")] == ["示例学员"]
    assert scene.attendee.public_id in [one["attendee"]["id"] for one in found(ending)]
    full = found(scene.attendee.phone.removeprefix("+86"))
    assert [one["attendee"]["id"] for one in full] == [scene.attendee.public_id]
    assert (len(found("重名")), found("%")) == (20, [])


def test_undo_takes_a_scan_out_and_its_repetition_changes_nothing(scene, client):
    client.post(f"{scene.url}/scans", json={"scans": [scene.scan()]}, headers=scene.headers)
    sent = {"uid": "undo-1", "target": "0190-a", "reason": "扫错人"}
    once = client.post(f"{scene.url}/undo", json=sent, headers=scene.headers).get_json()
    twice = client.post(f"{scene.url}/undo", json=sent, headers=scene.headers).get_json()
    other = client.post(f"{scene.url}/undo", json=sent | {"uid": "undo-2"}, headers=scene.headers)
    assert (once["credit"], once["replayed"], twice["replayed"]) == ("absent", False, True)
    assert (other.status_code, other.get_json()["code"]) == (409, "nothing_to_undo")
    assert len(scene.facts()) == 2
    counter = client.get(f"{scene.url}/counter", headers=scene.headers).get_json()
    assert (counter["expected"], counter["arrived"], counter["missing"]) == (1, 0, 1)


def test_correction_overrides_scans_and_needs_a_reason(scene, client):
    organiser = scene.staff(Role.ORGANISER)
    headers = scene.bearer(organiser)
    sent = {"attendee": scene.attendee.public_id, "credit": "excused", "reason": "请病假"}
    created = client.post(f"{scene.url}/corrections", json=sent, headers=headers)
    client.post(f"{scene.url}/scans", json={"scans": [scene.scan()]}, headers=scene.headers)
    refused = client.post(f"{scene.url}/corrections", json=sent | {"reason": ""}, headers=headers)
    assert (created.status_code, created.get_json()["credit"]) == (201, "excused")
    assert [fault["field"] for fault in refused.get_json()["errors"]] == ["reason"]
    rows = export(scene, client, "json").get_json()["items"]
    assert [(row["credit"], row["corrected"], row["sources"]) for row in rows] == [
        ("excused", True, ["correction", "door_scan"])
    ]


def test_correction_under_one_key_acts_once(scene, client):
    organiser = scene.staff(Role.ORGANISER)
    headers = scene.bearer(organiser) | {"Idempotency-Key": "k1"}
    sent = {"attendee": scene.attendee.public_id, "credit": "present", "reason": "补签"}
    answers = [
        client.post(f"{scene.url}/corrections", json=sent, headers=headers) for _ in range(2)
    ]
    assert [answer.headers.get("Idempotent-Replay") for answer in answers] == [None, "true"]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(scene.facts()) == 1


def export(scene, client, form, role=Role.ORGANISER):
    staff = scene.staff(role)
    url = f"/api/v1/trainings/{scene.training.public_id}/attendance?format={form}"
    return client.get(url, headers=scene.bearer(staff))


def test_export_gives_one_row_per_attendee_and_lesson_in_three_forms(scene, client):
    client.post(f"{scene.url}/scans", json={"scans": [scene.scan()]}, headers=scene.headers)
    [row] = export(scene, client, "json").get_json()["items"]
    lines = export(scene, client, "csv").data.decode("utf-8-sig").splitlines()
    sheet = openpyxl.load_workbook(io.BytesIO(export(scene, client, "xlsx").data)).active
    assert (row["name"], row["credit"], row["explanation"].rpartition("；")[2]) == (
        "示例学员",
        Credit.PRESENT,
        "已签到，没有签退记录，按在场至结束计 → 出席",
    )
    assert len(lines) == 2
    assert lines[1].split(",")[3] == "示例学员"
    assert [cell.value for cell in sheet[3]][3:5] == ["示例学员", lines[1].split(",")[4]]
    assert isinstance(sheet.cell(3, 14).value, datetime)


def test_export_for_a_supervisor_is_masked_and_every_export_is_remembered(scene, client):
    [row] = export(scene, client, "json", Role.SUPERVISOR).get_json()["items"]
    assert row["phone"][3:7] == "****"
    actions = scene.make(lambda: db.session.scalars(select(AuditEntry.action)).all())
    assert actions == ["attendance.exported"]
    assert export(scene, client, "json", Role.TRAINER).status_code == 403


def test_export_of_another_organisation_is_not_there(scene, client):
    stranger = scene.staff(Role.ORGANISER, organisation=scene.make(make_organisation))
    url = f"/api/v1/trainings/{scene.training.public_id}/attendance"
    assert client.get(url, headers=scene.bearer(stranger)).status_code == 404
    assert json.loads(client.get(url).data)["code"] == "unauthenticated"
