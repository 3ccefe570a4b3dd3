"""Scans that came too late: kept apart, judged by their instants, accepted once, never lost."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.attendance.commands import late_scans
from app.attendance.errors import AttendanceLocked, NothingToReview
from app.attendance.invariants import CHECKS
from app.attendance.models import Attendance, LateScan
from app.attendance.rules.verdicts import LATE_UPLOAD
from app.attendance.schemas import late as late_files
from app.attendance.staff_views import queue_files as views
from app.audit.models import AuditEntry
from app.audit.rules import Actor
from app.kit import letterbox
from app.kit.database import db, unit_of_work
from app.trainings.models import TrainingState
from tests.attendance.letters import walk_in
from tests.attendance.people import desk_token, make_attendee, make_desk
from tests.attendance.scene import Scene
from tests.makers import make_staff, make_training, save, sign_in

SOMEBODY = Actor(kind="staff", id="somebody")


@pytest.fixture
def scene(app):
    with app.app_context():
        return Scene(app)


@pytest.fixture
def closed(scene):
    """The scene with its desk closed an hour ago."""
    change(scene, scene.desk, revoked_at=scene.now - timedelta(hours=1))
    return scene


def change(scene, row, **values) -> None:
    def work() -> None:
        merged = db.session.merge(row)
        for name, value in values.items():
            setattr(merged, name, value)
        save(merged)

    scene.make(work)


def send(scene, client, *scans, headers=None):
    sent = {"scans": list(scans)}
    return client.post(f"{scene.url}/late-scans", json=sent, headers=headers or scene.headers)


def late(scene):
    return scene.make(lambda: db.session.scalars(select(LateScan).order_by(LateScan.id)).all())


def accept(scene, ids=None):
    keeper = scene.staff(Role.ORGANISER)
    return scene.make(
        unit_of_work,
        lambda: late_scans.accept(
            scene.lesson.id, ids, staff_id=keeper.id, by=SOMEBODY, now=scene.now
        ),
    )


def broken(scene) -> list[str]:
    return scene.make(lambda: [one.rule for check in CHECKS for one in check(datetime.now(UTC))])


def queue_file(scene, *scans, **values) -> dict:
    content = {
        "format": "guanbiao-desk-queue",
        "version": 1,
        "lesson": scene.lesson.public_id,
        "desk": scene.desk.public_id,
        "label": "一号门",
        "exported_at": scene.now.isoformat(),
        "scans": list(scans),
        "walk_ins": [],
    } | values
    return {"file": (io.BytesIO(json.dumps(content).encode()), "queue.json")}


def enter(scene, client, *roles):
    with scene.app.app_context():
        sign_in(client, make_staff(*roles, organisation=scene.organisation))
    return f"/staff/lessons/{scene.lesson.public_id}"


def test_late_scans_are_stored_once_however_often_they_come(closed, client):
    scans = [closed.scan("u1"), closed.scan("u2", direction="out")]
    assert send(closed, client, *scans).get_json() == {"stored": 2, "known": 0, "undos_left": 0}
    again = send(closed, client, *scans, closed.scan("u3"), closed.scan("u3"))
    assert (again.status_code, again.get_json()) == (
        202,
        {"stored": 1, "known": 3, "undos_left": 0},
    )
    assert closed.facts() == []


def test_code_in_a_late_scan_is_sealed(closed, client):
    send(closed, client, closed.scan("u1"))
    with closed.app.app_context():
        stored = db.session.connection().exec_driver_sql("SELECT content FROM late_scan").scalar()
    assert closed.code not in stored
    assert "code" not in stored


def test_scan_that_the_ledger_knows_is_not_kept(scene, client):
    scan = scene.scan("u1")
    client.post(f"{scene.url}/scans", json={"scans": [scan]}, headers=scene.headers)
    change(scene, scene.desk, revoked_at=scene.now)
    assert send(scene, client, scan).get_json() == {"stored": 0, "known": 1, "undos_left": 0}


def test_expired_desk_is_heard_and_strangers_are_not(scene, client):
    change(scene, scene.desk, expires_at=scene.now - timedelta(days=3))
    [other] = scene.make(make_training, scene.organisation).lessons
    with scene.app.app_context():
        stranger = {"Authorization": f"Bearer {desk_token(make_desk(other))}"}
        ticket = {"Authorization": f"Bearer {scene.code}"}
    answers = [
        send(scene, client, scene.scan(), headers=headers).status_code
        for headers in (scene.headers, stranger, ticket, {"Authorization": "Bearer x"})
    ]
    assert answers == [202, 404, 401, 401]


def test_accepted_scan_becomes_a_fact_of_its_desk_at_its_instant(closed, client):
    at = closed.now - timedelta(minutes=30)
    send(closed, client, closed.scan("u1", occurred_at=at.isoformat()))
    assert accept(closed).accepted == 1
    [fact] = closed.facts()
    assert (fact.uid, fact.desk_id, fact.effective_at) == ("u1", closed.desk.id, at)
    assert (fact.verdict, LATE_UPLOAD in fact.flags) == ("admitted", True)
    with closed.app.app_context():
        record = db.session.scalars(select(Attendance)).one()
        assert (record.first_in_at, record.first_in_desk_id) == (at, closed.desk.id)
    assert broken(closed) == []


def test_clock_is_measured_when_the_scan_came_not_when_it_was_accepted(closed, client):
    ahead = (closed.now + timedelta(minutes=10)).isoformat()
    send(closed, client, closed.scan("u1", occurred_at=ahead))
    keeper, later = closed.staff(Role.ORGANISER), closed.now + timedelta(hours=1)
    closed.make(
        unit_of_work,
        lambda: late_scans.accept(
            closed.lesson.id, None, staff_id=keeper.id, by=SOMEBODY, now=later
        ),
    )
    [fact] = closed.facts()
    assert "clock_ahead" in fact.flags
    assert fact.effective_at < closed.now + timedelta(minutes=5)


def test_order_of_acceptance_does_not_matter(closed, client):
    times = [closed.now - timedelta(minutes=minutes) for minutes in (50, 20, 5)]
    directions = ("in", "out", "in")
    for number, (at, direction) in enumerate(zip(times, directions, strict=True)):
        scan = closed.scan(f"u{number}", occurred_at=at.isoformat(), direction=direction)
        send(closed, client, scan)
    for row in reversed(late(closed)):
        accept(closed, [row.public_id])
    with closed.app.app_context():
        record = db.session.scalars(select(Attendance)).one()
        assert (record.first_in_at, record.last_out_at) == (times[0], times[1])
        assert record.is_inside
    assert broken(closed) == []


def test_acceptance_is_done_once(closed, client):
    send(closed, client, closed.scan("u1"))
    accept(closed)
    with pytest.raises(NothingToReview):
        accept(closed)
    assert len(closed.facts()) == 1


def test_uid_that_stands_for_something_else_stays_open(scene, client):
    other, code = scene.make(make_attendee, scene.training)
    change(scene, scene.desk, revoked_at=scene.now)
    send(scene, client, scene.scan("u1"))
    change(scene, scene.desk, revoked_at=None)
    scans = {"scans": [scene.scan("u1", code=code)]}
    client.post(f"{scene.url}/scans", json=scans, headers=scene.headers)
    reviewed = accept(scene)
    assert (reviewed.accepted, reviewed.mismatched) == (0, 1)
    assert [fact.attendee_id for fact in scene.facts()] == [other.id]
    assert broken(scene) == []


def test_locked_training_takes_none(closed, client):
    send(closed, client, closed.scan("u1"))
    change(closed, closed.training, state=TrainingState.CLOSED)
    with pytest.raises(AttendanceLocked):
        accept(closed)


def test_organiser_sees_who_it_is_and_decides(closed, client):
    _somebody, elsewhere = closed.make(
        lambda: make_attendee(make_training(closed.organisation), name="别处学员")
    )
    send(
        closed,
        client,
        closed.scan("u1"),
        closed.scan("u2", code="https://example.com/menu"),
        closed.scan("u3", code=elsewhere),
    )
    page = enter(closed, client, Role.ORGANISER)
    shown = client.get(f"{page}/desks").text
    assert "示例学员" in shown
    assert "无法识别的参训码" in shown
    assert "其他场次的参训码" in shown
    assert "别处学员" not in shown
    first, second, third = late(closed)
    accepted = client.post(f"{page}/late-scans/accept", data={"late": first.public_id})
    silent = client.post(f"{page}/late-scans/decline", data={"late": second.public_id})
    declined = {"late": second.public_id, "reason": "扫到菜单"}
    told = client.post(f"{page}/late-scans/decline", data=declined)
    assert [accepted.status_code, silent.status_code, told.status_code] == [303, 422, 303]
    assert [one.is_accepted for one in late(closed)] == [True, False, None]
    assert "扫到菜单" in client.get(f"{page}/desks").text
    assert client.post(f"{page}/late-scans/accept", data={"all": "yes"}).status_code == 303
    assert late(closed)[2].id == third.id
    assert late(closed)[2].is_accepted
    assert broken(closed) == []
    with closed.app.app_context():
        actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"late_scans.received", "late_scans.accepted", "late_scan.declined"} <= actions


def test_trainers_bring_files_and_organisers_decide(closed, client):
    page = enter(closed, client, Role.SUPERVISOR)
    assert client.post(f"{page}/desks/queue-file", data=queue_file(closed)).status_code == 403
    assert client.post(f"{page}/late-scans/accept", data={"all": "yes"}).status_code == 403


def test_queue_file_is_laid_aside_like_late_scans(scene, client):
    page = enter(scene, client, Role.ORGANISER)
    scan = scene.scan("u1")
    client.post(f"{scene.url}/scans", json={"scans": [scan]}, headers=scene.headers)
    sent = queue_file(scene, scan, scene.scan("u2"))
    assert client.post(f"{page}/desks/queue-file", data=sent).status_code == 303
    shown = client.get(f"{page}/desks").text
    assert "已收到1条记录，待核对；另有1条此前已收到" in shown
    assert "来自文件" in shown
    assert [(one.uid, one.is_from_file) for one in late(scene)] == [("u2", True)]


def test_walk_ins_of_a_queue_file_are_registered_once(scene, client):
    with scene.app.app_context():
        slot = letterbox.slot()
    keys = {"kid": slot.kid, "key": slot.key}
    visitor = walk_in(keys, "w1", scene.now.isoformat())
    unread = walk_in(keys, "w2", scene.now.isoformat()) | {"uid": "w3"}
    page = enter(scene, client, Role.ORGANISER)
    for _time in range(2):
        sent = queue_file(scene, walk_ins=[visitor, unread])
        assert client.post(f"{page}/desks/queue-file", data=sent).status_code == 303
        shown = client.get(f"{page}/desks").text
        assert "已处理1名现场登记人员" in shown
        assert "1名现场登记人员未能登记" in shown
    [fact] = scene.facts()
    assert (fact.uid, fact.desk_id, fact.verdict) == ("w1", scene.desk.id, "admitted")
    assert broken(scene) == []


def undo(scene, target: str) -> dict:
    at = scene.now.isoformat()
    return {"uid": f"undo-{target}", "target": target, "reason": "扫错人", "occurred_at": at}


def test_scan_undone_on_the_phone_is_accepted_by_itself_only(closed, client):
    other, code = closed.make(make_attendee, closed.training)
    sent = {
        "scans": [closed.scan("u1"), closed.scan("u2", code=code)],
        "undos": [undo(closed, "u1"), undo(closed, "long-ago")],
    }
    answer = client.post(f"{closed.url}/late-scans", json=sent, headers=closed.headers)
    assert answer.get_json() == {"stored": 2, "known": 0, "undos_left": 1}
    page = enter(closed, client, Role.ORGANISER)
    shown = client.get(f"{page}/desks").text
    assert ("手机上已撤销" in shown, "扫错人" in shown) == (True, True)
    assert accept(closed).accepted == 1
    assert [fact.attendee_id for fact in closed.facts()] == [other.id]
    with pytest.raises(NothingToReview):
        accept(closed)
    [undone] = [row for row in late(closed) if row.uid == "u1"]
    assert accept(closed, [undone.public_id]).accepted == 1
    assert broken(closed) == []


def test_undos_of_a_file_go_with_its_scans_and_others_are_told(scene, client):
    page = enter(scene, client, Role.ORGANISER)
    known = scene.scan("u1")
    client.post(f"{scene.url}/scans", json={"scans": [known]}, headers=scene.headers)
    undos = [undo(scene, "u1"), undo(scene, "u2")]
    sent = queue_file(scene, known, scene.scan("u2"), undos=undos)
    assert client.post(f"{page}/desks/queue-file", data=sent).status_code == 303
    shown = client.get(f"{page}/desks").text
    assert "文件中另有1条撤销" in shown
    assert "手机上已撤销" in shown


def test_desk_that_comes_back_makes_its_file_superfluous(scene, client):
    page = enter(scene, client, Role.ORGANISER)
    scan = scene.scan("u1")
    client.post(f"{page}/desks/queue-file", data=queue_file(scene, scan))
    assert "没有待核对的补传记录" not in client.get(f"{page}/desks").text
    client.post(f"{scene.url}/scans", json={"scans": [scan]}, headers=scene.headers)
    assert "没有待核对的补传记录" in client.get(f"{page}/desks").text
    assert broken(scene) == []


def test_faults_of_a_file_are_all_named(scene, client):
    page = enter(scene, client, Role.ORGANISER)
    bad = [scene.scan("u 1"), scene.scan("u2", occurred_at="yesterday"), {"uid": "u3"}]
    answer = client.post(f"{page}/desks/queue-file", data=queue_file(scene, *bad, version=2))
    assert answer.status_code == 422
    for place in ("version", "scans.0.uid", "scans.1.occurred_at", "scans.2.occurred_at"):
        assert place in answer.text
    assert late(scene) == []


def test_files_of_others_are_refused(scene, client, monkeypatch):
    monkeypatch.setattr(late_files, "MOST_BYTES", 5000)
    monkeypatch.setattr(views, "MOST_BYTES", 5000)
    page = enter(scene, client, Role.ORGANISER)
    [other] = scene.make(make_training, scene.organisation).lessons
    desk = scene.make(make_desk, other)
    cases = [
        (queue_file(scene, scene.scan(), lesson=other.public_id), "另一节次的文件"),
        (queue_file(scene, scene.scan(), desk=desk.public_id), "不在本节次中"),
        ({"file": (io.BytesIO(b"%PDF-1.4"), "a.json")}, "JSON"),
        ({"file": (io.BytesIO(b" " * 5001), "a.json")}, "超过8MB"),
        ({}, "请选择要上传的文件"),
    ]
    for sent, said in cases:
        answer = client.post(f"{page}/desks/queue-file", data=sent)
        assert (answer.status_code, said in answer.text) == (422, True), said
    assert late(scene) == []


def test_half_a_decision_and_a_fact_nobody_accepted_are_noticed(closed, client):
    send(closed, client, closed.scan("u1"), closed.scan("u2"))
    accept(closed, [late(closed)[0].public_id])
    first, second = late(closed)
    change(closed, first, is_accepted=False)
    change(closed, second, is_accepted=True)
    assert set(broken(closed)) == {
        "late scan decided whole",
        "accepted late scan is a fact",
        "late fact was accepted",
    }
