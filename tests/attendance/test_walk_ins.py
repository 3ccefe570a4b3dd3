"""People without a ticket: written down sealed, registered by the rules, checked in at once."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.attendance.invariants import CHECKS
from app.attendance.models import Desk, Fact
from app.audit.models import AuditEntry
from app.kit import letterbox
from app.kit.database import db
from app.kit.idempotency import IdempotentAnswer
from app.outbox.models import Letter
from app.registrations.invariants import CHECKS as REGISTRATION_CHECKS
from app.registrations.models import Attendee, AttendeeState, Registration
from app.trainings.models import Mode, Training, TrainingState
from tests.attendance.letters import put_in, walk_in
from tests.attendance.people import desk_token, make_desk
from tests.attendance.scene import SOON, Scene
from tests.makers import NOON, make_training, save


@pytest.fixture
def scene(app):
    with app.app_context():
        made = Scene(app)
        slot = letterbox.slot()
        made.slot = {"kid": slot.kid, "key": slot.key}
        return made


def item(scene, uid: str = "w1", *, minutes: float = 0, **values) -> dict:
    at = (scene.now + timedelta(minutes=minutes)).isoformat()
    return walk_in(scene.slot, uid, at, **values)


def send(scene, client, *items, headers=None) -> list[dict]:
    answer = client.post(
        f"{scene.url}/walk-ins",
        json={"walk_ins": list(items)},
        headers=scene.headers | (headers or {}),
    )
    assert answer.status_code == 200, answer.text
    return answer.get_json()["results"]


def all_of(scene, model) -> list:
    return scene.make(lambda: db.session.scalars(select(model).order_by(model.id)).all())


def newcomers(scene) -> list[Attendee]:
    return [one for one in all_of(scene, Attendee) if one.id != scene.attendee.id]


def change(scene, **values) -> None:
    def work() -> None:
        training = db.session.get_one(Training, scene.training.id)
        for name, value in values.items():
            setattr(training, name, value)
        save(training)

    scene.make(work)


def broken(scene) -> list[str]:
    checks = (*CHECKS, *REGISTRATION_CHECKS)
    # the scene's own attendee was put there past the commands and took no place
    return scene.make(
        lambda: [
            violation.rule
            for check in checks
            for violation in check(scene.now)
            if violation.rule.startswith(("attendance", "feed", "scan", "one_live"))
        ]
    )


def test_visitor_is_registered_and_in(scene, client):
    [result] = send(scene, client, item(scene, job_title="质量主管"))
    [attendee] = newcomers(scene)
    [registration] = [
        one for one in all_of(scene, Registration) if one.id == attendee.registration_id
    ]
    assert (result["verdict"], result["message"]) == ("admitted", "签到成功")
    assert result["attendee"] == {
        "id": attendee.public_id,
        "name": "示例来宾",
        "enterprise": "示例现场企业有限公司",
        "phone_masked": "137****7000",
        "channel": "onsite",
    }
    assert client.get(f"/t/{result['ticket']['code']}").status_code == 200
    assert (attendee.job_title, attendee.state) == ("质量主管", AttendeeState.CONFIRMED)
    assert (registration.contact_name, registration.policy_version) == ("示例来宾", "1")
    assert registration.consent_purposes == ["registration"]
    [fact] = scene.facts()
    assert (fact.attendee_id, fact.flags, fact.desk_id) == (
        attendee.id,
        ["walk_in"],
        scene.desk.id,
    )
    assert all_of(scene, Letter) == []
    entries = {one.action: one for one in all_of(scene, AuditEntry)}
    assert entries["registration.created"].actor_kind == "desk"
    assert entries["registration.at_door"].details["consent"] == "face_to_face"
    assert broken(scene) == []


def test_sent_again_it_is_answered_again_and_acts_once(scene, client):
    sent = item(scene)
    once = send(scene, client, sent)
    twice = send(scene, client, sent, sent)
    assert twice == [one | {"replayed": True} for one in once * 2]
    english = send(scene, client, sent, headers={"Accept-Language": "en"})
    assert english[0]["message"] == "Checked in"
    assert (len(newcomers(scene)), len(scene.facts())) == (1, 1)
    [kept] = all_of(scene, IdempotentAnswer)
    raw = scene.make(
        lambda: db.session.execute(
            select(func.length(IdempotentAnswer.__table__.c.body))
        ).scalar_one()
    )
    assert raw > len(kept.body)  # sealed


def test_same_uid_with_another_person_is_refused(scene, client):
    send(scene, client, item(scene))
    [result] = send(scene, client, item(scene, phone="13700137001"))
    assert (result["verdict"], result["errors"]) == ("refused", [])
    assert result["message"] == "同一记录编号已用于另一份内容，请换用新的编号"
    assert len(newcomers(scene)) == 1


def test_uid_of_a_scan_is_no_uid_of_a_visitor(scene, client):
    client.post(f"{scene.url}/scans", json={"scans": [scene.scan("w1")]}, headers=scene.headers)
    [result] = send(scene, client, item(scene, "w1"))
    assert result["verdict"] == "refused"
    assert newcomers(scene) == []


def test_who_is_signed_up_already_is_checked_in_and_nothing_else_changes(scene, client):
    phone = scene.attendee.phone.removeprefix("+86")
    [result] = send(scene, client, item(scene, phone=phone, name="另写的名字", job_title="另写"))
    assert (result["verdict"], result["ticket"]) == ("admitted", None)
    assert result["attendee"]["name"] == "示例学员"
    [attendee] = all_of(scene, Attendee)
    assert (attendee.name, attendee.job_title) == ("示例学员", "")
    [again] = send(scene, client, item(scene, "w2", minutes=1, phone=phone))
    assert again["verdict"] == "already_in"


def test_two_offline_desks_make_one_attendee_one_check_in_and_a_conflict(scene, client):
    other = scene.make(make_desk, scene.lesson, label="二号门")
    headers = {"Authorization": f"Bearer {scene.make(desk_token, other)}"}
    [late] = send(scene, client, item(scene, "w2", minutes=0.5))
    [early] = send(scene, client, item(scene, "w1"), headers=headers)
    assert (late["verdict"], early["attendee"]["id"]) == ("admitted", late["attendee"]["id"])
    assert early["conflict"]
    assert len(newcomers(scene)) == 1
    entries = client.get(f"{scene.url}/roster", headers=scene.headers).get_json()["attendees"]
    [entry] = [one for one in entries if one["id"] == late["attendee"]["id"]]
    assert (entry["conflict"], entry["credit"], entry["first_in_desk"]) == (
        True,
        "present",
        "二号门",
    )
    assert broken(scene) == []


def test_full_training_puts_the_visitor_on_the_waiting_list(scene, client):
    change(scene, capacity_onsite=1)
    results = send(scene, client, item(scene, "w1"), item(scene, "w2", phone="13700137001"))
    assert [one["verdict"] for one in results] == ["admitted", "not_confirmed"]
    assert [one.state for one in newcomers(scene)] == [
        AttendeeState.CONFIRMED,
        AttendeeState.WAITLISTED,
    ]
    credit = client.get(f"{scene.url}/counter", headers=scene.headers).get_json()
    assert credit["arrived"] == 1


def test_sign_up_window_does_not_hold_anybody_at_the_door(scene, client):
    change(scene, signup_closes_at=scene.now - timedelta(days=1))
    assert send(scene, client, item(scene))[0]["verdict"] == "admitted"
    change(scene, state=TrainingState.HELD)
    [second] = send(scene, client, item(scene, "w2", phone="13700137001"))
    assert second["verdict"] == "admitted"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"state": TrainingState.CANCELLED}, "报名已取消，请联系主办方"),
        ({"state": TrainingState.CLOSED}, "签到时间已过"),
        ({"state": TrainingState.DRAFT}, "没有找到该场次，请检查网址"),
        ({"per_enterprise_limit": 1}, "超过每家企业的人数上限，请减少参训人员"),
        ({"mode": Mode.LIVESTREAM}, "该场次不提供所选的参加方式"),
    ],
)
def test_refusals_say_why_and_write_nothing(scene, client, changed, message):
    first = item(scene, "first")
    if "per_enterprise_limit" in changed:
        send(scene, client, first)
    change(scene, **changed)
    before = len(all_of(scene, Attendee)), len(scene.facts()), len(all_of(scene, IdempotentAnswer))
    [result] = send(scene, client, item(scene, "w2", phone="13700137001"))
    assert (result["verdict"], result["message"]) == ("refused", message)
    after = len(all_of(scene, Attendee)), len(scene.facts()), len(all_of(scene, IdempotentAnswer))
    assert before == after


@pytest.mark.parametrize(("minutes", "message"), [(-180, "尚未到签到时间"), (900, "签到成功")])
def test_visitor_counts_when_the_door_was_open(scene, client, minutes, message):
    """A clock far ahead is not believed: the visitor came when the server heard of them."""
    [result] = send(scene, client, item(scene, minutes=minutes))
    assert result["message"] == message


def test_one_bad_item_stops_no_other(scene, client):
    foreign = item(scene, "w2") | {"uid": "w9"}  # sealed for another uid
    unknown = item(scene, "w3") | {"kid": "zz"}
    raw = {name: item(scene)[name] for name in ("occurred_at", "kid")}
    no_json = raw | {"uid": "w5", "box": put_in(scene.slot["key"], "no JSON", uid="w5")}
    wrong = item(scene, "w4", uscc="914401120000000190", phone="123", name="1", consent=False)
    results = send(
        scene, client, foreign, unknown, no_json, wrong, item(scene, "w6", extra=1), item(scene)
    )
    assert [one["verdict"] for one in results] == ["refused"] * 5 + ["admitted"]
    assert [one["errors"][0]["code"] for one in results[:2]] == ["box_closed"] * 2
    named = {fault["field"] for fault in results[3]["errors"]}
    assert named == {"uscc", "phone", "name", "consent"}
    assert len(newcomers(scene)) == 1


def test_refused_uid_may_be_used_for_the_mended_visitor(scene, client):
    [refused] = send(scene, client, item(scene, phone="123"))
    [taken] = send(scene, client, item(scene))
    assert (refused["verdict"], taken["verdict"]) == ("refused", "admitted")


def test_more_than_fifty_and_foreign_lessons_are_refused(scene, client):
    one = item(scene)
    many = client.post(
        f"{scene.url}/walk-ins", json={"walk_ins": [one] * 51}, headers=scene.headers
    )
    [elsewhere] = scene.make(make_training, scene.organisation, starts_at=scene.now + SOON).lessons
    foreign = client.post(
        f"/api/v1/lessons/{elsewhere.public_id}/walk-ins",
        json={"walk_ins": [one]},
        headers=scene.headers,
    )
    assert (many.status_code, foreign.status_code) == (422, 404)


def test_closed_desk_registers_nobody(scene, client):
    def close() -> None:
        desk = db.session.get_one(Desk, scene.desk.id)
        desk.revoked_at = NOON
        save(desk)

    scene.make(close)
    answer = client.post(
        f"{scene.url}/walk-ins", json={"walk_ins": [item(scene)]}, headers=scene.headers
    )
    assert answer.status_code == 401
    assert newcomers(scene) == []


def test_logs_and_what_lies_on_the_way_name_nobody(scene, client, caplog):
    caplog.set_level(logging.DEBUG)
    sent = item(scene)
    send(scene, client, sent, item(scene, "w2", phone="13700137001x"))
    words = ("示例来宾", "13700137", "示例现场企业")
    assert [word for word in words if word in caplog.text] == []
    assert [word for word in words if word in json.dumps(sent, ensure_ascii=False)] == []
    answers = scene.make(lambda: db.session.scalars(select(Fact.answer)).all())
    assert [word for word in words if word in json.dumps(answers, ensure_ascii=False)] == []
