"""Two desks, one ticket: both entries are shown, and a person settles it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.models import Role
from app.attendance.commands import decisions
from app.attendance.commands.scans import record_scans
from app.attendance.errors import NothingToSettle, ScanMismatch
from app.attendance.invariants import CHECKS
from app.attendance.models import Attendance, Direction, FactKind, Verdict
from app.attendance.rules.conflicts import clashes_in
from app.attendance.rules.folding import FactValue, fold
from app.audit.rules import Actor
from app.kit.database import db, unit_of_work
from tests.attendance.people import make_desk, scan, scanner
from tests.attendance.scene import Scene
from tests.attendance.test_folding import BASIS
from tests.makers import make_staff, sign_in

SOMEBODY = Actor(kind="staff", id="somebody")


@pytest.fixture
def scene(app):
    """An attendee who came in at three desks without leaving."""
    with app.app_context():
        scene = Scene(app)
        desks = [scene.desk, make_desk(scene.lesson, "二号门"), make_desk(scene.lesson, "三号门")]
        for number, desk in enumerate(desks):
            at = scene.now - timedelta(minutes=30 - 10 * number)
            seen, by = [scan(scene.code, at, uid=f"u{number}")], scanner(desk)
            unit_of_work(
                lambda seen=seen, by=by: record_scans(scene.lesson.id, seen, by=by, now=scene.now)
            )
        return scene


def settle(scene, target: str, uid: str = "r1", reason: str = "本人走动") -> decisions.Decided:
    keeper = scene.staff(Role.ORGANISER)
    return scene.make(
        unit_of_work,
        lambda: decisions.resolve(
            scene.lesson.id,
            target,
            uid=uid,
            reason=reason,
            staff_id=keeper.id,
            by=SOMEBODY,
            now=scene.now,
        ),
    )


def is_conflict(scene) -> bool:
    return scene.make(lambda: db.session.scalars(select(Attendance.is_conflict)).one())


def broken(scene) -> list[str]:
    return scene.make(lambda: [one.rule for check in CHECKS for one in check(datetime.now(UTC))])


def enter(scene, client, *roles) -> str:
    with scene.app.app_context():
        sign_in(client, make_staff(*roles, organisation=scene.organisation))
    return f"/staff/lessons/{scene.lesson.public_id}/conflicts"


def test_each_later_entry_is_settled_by_itself(scene):
    assert settle(scene, "u1").record.is_conflict
    assert not settle(scene, "u2", uid="r2").record.is_conflict
    assert not is_conflict(scene)
    assert broken(scene) == []


def test_settling_is_done_once_and_answered_again(scene):
    settle(scene, "u1")
    assert settle(scene, "u1").is_replayed
    with pytest.raises(ScanMismatch):
        settle(scene, "u2")
    with pytest.raises(NothingToSettle):
        settle(scene, "u1", uid="r2")
    assert len(scene.facts()) == 4


@pytest.mark.parametrize("target", ["u0", "no such entry"])
def test_only_an_entry_that_contradicts_is_settled(scene, target):
    with pytest.raises(NothingToSettle):
        settle(scene, target)


def test_undoing_the_settlement_brings_the_conflict_back(scene, client):
    settle(scene, "u1")
    settle(scene, "u2", uid="r2")
    sent = {"uid": "z1", "target": "r2", "reason": "看错了人"}
    assert client.post(f"{scene.url}/undo", json=sent, headers=scene.headers).status_code == 200
    assert is_conflict(scene)
    assert broken(scene) == []


def test_desks_read_what_is_not_settled(scene, client):
    def asked():
        answer = client.get(f"{scene.url}/conflicts", headers=scene.headers)
        return answer.get_json()["items"]

    [item] = asked()
    assert item["attendee"]["id"] == scene.attendee.public_id
    assert [(fact["uid"], fact["desk"]) for fact in item["facts"]] == [
        ("u0", "一号门"),
        ("u1", "二号门"),
        ("u2", "三号门"),
    ]
    assert "示例学员" not in str(item)
    settle(scene, "u1")
    assert [fact["uid"] for fact in asked()[0]["facts"]] == ["u0", "u2"]
    settle(scene, "u2", uid="r2")
    assert asked() == []


def test_organiser_answers_on_the_page(scene, client):
    page = enter(scene, client, Role.ORGANISER)
    assert client.get(page).text.count("同一人，都有效") >= 2
    assert client.post(f"{page}/settle", data={"target": "u1"}).status_code == 422
    reason = {"reason": "本人走动"}
    answers = [
        client.post(f"{page}/{verb}", data={"target": target} | reason).status_code
        for verb, target in (("settle", "u1"), ("settle", "u1"), ("undo", "u2"), ("undo", "u0"))
    ]
    assert answers == [303, 404, 303, 404]
    assert "没有待核对的冲突" in client.get(page).text
    assert [fact.kind for fact in scene.facts()][3:] == [FactKind.RESOLUTION, FactKind.UNDO]
    assert broken(scene) == []


def test_supervisors_look_and_do_not_decide(scene, client):
    page = enter(scene, client, Role.SUPERVISOR)
    shown = client.get(page)
    assert (shown.status_code, "同一人，都有效" in shown.text) == (200, False)
    sent = {"target": "u1", "reason": "本人走动"}
    assert client.post(f"{page}/settle", data=sent).status_code == 403
    assert client.post(f"{page}/undo", data=sent).status_code == 403


UIDS = st.sampled_from([f"f{number}" for number in range(6)])


@st.composite
def facts(draw) -> FactValue:
    kind = draw(st.sampled_from([FactKind.DOOR_SCAN, FactKind.DOOR_SCAN, *FactKind]))
    is_decision = kind in {FactKind.UNDO, FactKind.RESOLUTION}
    is_scan = kind in {FactKind.DOOR_SCAN, FactKind.SELF_CHECKIN, FactKind.PAPER}
    at = BASIS.starts_at + timedelta(minutes=draw(st.integers(-30, 200)))
    return FactValue(
        uid=draw(UIDS),
        kind=kind,
        effective_at=at,
        received_at=at,
        direction=draw(st.sampled_from(list(Direction))) if is_scan else None,
        verdict=Verdict.ADMITTED if is_scan else None,
        desk_id=draw(st.sampled_from([1, 2, 3])) if is_scan else None,
        ends_at=at + timedelta(minutes=5) if kind is FactKind.WATCH else None,
        target_uid=draw(UIDS) if is_decision else None,
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(facts(), max_size=8, unique_by=lambda fact: fact.uid), st.randoms())
def test_there_is_a_clash_exactly_when_the_record_has_a_conflict(seen, random):
    clashes = clashes_in(seen)
    assert bool(clashes) == fold(seen, BASIS).is_conflict
    shuffled = list(seen)
    random.shuffle(shuffled)
    assert clashes_in(shuffled) == clashes
