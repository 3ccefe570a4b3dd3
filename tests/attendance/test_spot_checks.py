"""Spot checks: who is drawn, in which order, and what a finding does to the record."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.attendance.commands.scans import record_scans
from app.attendance.commands.self_checkin import Arrival, Claim, check_in
from app.attendance.errors import ArrivalOver
from app.attendance.models import Attendance, Credit, Direction, Fact, FactKind
from app.attendance.rules.spot_checks import (
    Finding,
    Suspect,
    Trace,
    draw,
    finding,
    may_be_drawn,
    size_of,
    with_shared_phones,
)
from app.audit.models import AuditEntry
from app.kit.database import db, unit_of_work
from app.kit.ids import new_id
from app.trainings.models import TrainingState
from tests.attendance.people import make_attendees, make_desk, scan, scanner
from tests.makers import make_organisation, make_staff, make_training, save, sign_in

NINE = datetime(2026, 3, 19, 1, 0, tzinfo=UTC)
SELF, DOOR, UNDO = FactKind.SELF_CHECKIN, FactKind.DOOR_SCAN, FactKind.UNDO
IN, OUT = Direction.IN, Direction.OUT


def trace(sequence, kind=SELF, direction=IN, *, target=None, browser="", at=None) -> Trace:
    return Trace(
        uid=f"f{sequence}",
        kind=kind,
        direction=None if kind is UNDO else direction,
        sequence=sequence,
        effective_at=NINE + timedelta(minutes=sequence if at is None else at),
        target_uid=target,
        browser=browser,
    )


@pytest.mark.parametrize(
    ("traces", "may", "found"),
    [
        ([trace(1)], True, Finding.OPEN),
        ([trace(1), trace(2)], True, Finding.OPEN),
        ([trace(1), trace(2, direction=OUT)], False, Finding.OPEN),
        ([trace(2, direction=OUT, at=1), trace(1, at=5)], True, Finding.OPEN),
        ([trace(1), trace(2, DOOR)], False, Finding.PRESENT),
        ([trace(1, DOOR), trace(2)], False, Finding.PRESENT),
        ([trace(1), trace(2, UNDO, target="f1")], False, Finding.ABSENT),
        ([trace(1), trace(2), trace(3, UNDO, target="f1")], True, Finding.OPEN),
        ([trace(1), trace(2, DOOR), trace(3, UNDO, target="f2")], True, Finding.OPEN),
        ([trace(1, direction=OUT)], False, Finding.ABSENT),
        ([trace(11)], False, Finding.OPEN),  # came after the draw
        ([trace(1), trace(11, DOOR)], True, Finding.PRESENT),  # found after the draw
        ([trace(1), trace(11, UNDO, target="f1")], True, Finding.ABSENT),
    ],
)
def test_who_may_be_drawn_at_ten_and_what_came_of_it(traces, may, found):
    suspect = Suspect(attendee="a", traces=traces)
    assert may_be_drawn(suspect, upto=10) is may
    assert finding(suspect) is found


@pytest.mark.parametrize(
    ("count", "size"), [(0, 0), (3, 3), (10, 10), (11, 10), (100, 10), (101, 11), (2000, 200)]
)
def test_ten_or_one_in_ten(count, size):
    assert size_of(count) == size


def crowd(count: int, shared: int = 0) -> list[Suspect]:
    return [
        Suspect(attendee=f"a{number}", traces=[trace(1)], is_shared=number < shared)
        for number in range(count)
    ]


def test_a_draw_stays_and_the_next_is_another():
    first = draw(crowd(60), lesson="l", number=1, upto=9)
    again = draw(reversed(crowd(60)), lesson="l", number=1, upto=9)
    second = draw(crowd(60), lesson="l", number=2, upto=9)
    elsewhere = draw(crowd(60), lesson="m", number=1, upto=9)
    assert [one.attendee for one in first] == [one.attendee for one in again]
    for other in (second, elsewhere):
        assert {one.attendee for one in first} != {one.attendee for one in other}


def test_everybody_is_drawn_about_equally_often():
    drawn = [
        one.attendee
        for number in range(600)
        for one in draw(crowd(40), lesson="l", number=number, upto=9)
    ]
    counts = [drawn.count(f"a{number}") for number in range(40)]
    assert len(drawn) == 6000
    assert min(counts) > 100
    assert max(counts) < 200


def test_shared_phones_come_first():
    drawn = draw(crowd(50, shared=4), lesson="l", number=7, upto=9)
    assert [one.is_shared for one in drawn] == [True] * 4 + [False] * 6


def test_both_who_used_one_phone_are_marked():
    suspects = with_shared_phones(
        {
            "a": [trace(1, browser="x")],
            "b": [trace(2, browser="x")],
            "c": [trace(3, browser="y"), trace(4, browser="y")],
            "d": [trace(5)],
            "e": [trace(6)],
        }
    )
    assert [one.is_shared for one in suspects] == [True, True, False, False, False]


class Scene:
    """A lesson that is on; three checked themselves in, two of them on one phone."""

    def __init__(self, app, client) -> None:
        self.app, self.client = app, client
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.organisation = make_organisation()
        self.trainer = make_staff(Role.TRAINER, organisation=self.organisation, name="示例讲师")
        self.training = make_training(
            self.organisation, starts_at=self.now - timedelta(minutes=5), trainer=self.trainer
        )
        [self.lesson] = self.training.lessons
        self.people = make_attendees(self.training, 3)
        phones = [new_id(), new_id()]
        for (attendee, code), phone in zip(self.people, [*phones, phones[1]], strict=True):
            self.check_in(attendee, code, phone)
        sign_in(client, self.trainer)
        self.url = f"/staff/lessons/{self.lesson.public_id}/spot-checks"

    def check_in(self, attendee, code, phone, *, ago=60) -> None:
        arrival = Arrival(
            id=new_id(),
            lesson_id=self.lesson.id,
            direction=IN,
            scanned_at=self.now - timedelta(seconds=ago),
            browser=phone,
        )
        claim = Claim(attendee=attendee.public_id, code=code)
        unit_of_work(lambda: check_in(arrival, claim, label="自助签到", now=self.now))

    def page(self) -> str:
        return self.client.get(self.url, follow_redirects=True).text

    def note(self, number: int, found: str):
        attendee = self.people[number][0].public_id
        return self.client.post(self.url, data={"attendee": attendee, "finding": found})

    def record(self, number: int) -> Attendance:
        attendee = self.people[number][0].id
        with self.app.app_context():
            return db.session.scalars(
                select(Attendance).where(Attendance.attendee_id == attendee)
            ).one()

    def facts(self) -> list[Fact]:
        with self.app.app_context():
            return list(db.session.scalars(select(Fact).order_by(Fact.sequence)))


@pytest.fixture
def scene(app, client) -> Scene:
    with app.app_context():
        return Scene(app, client)


def test_the_list_shows_who_checked_in_alone_shared_phones_first(scene):
    page = scene.page()
    places = [page.index(attendee.name) for attendee, _ in scene.people]
    assert max(places[1:]) < places[0]
    assert page.count("同一部手机为多人签到") == 3  # the explanation and two people
    assert "0 / 3" in page


def test_a_draw_keeps_its_address(scene, client):
    answer = client.get(scene.url)
    assert re.search(r"\?draw=1&upto=3$", answer.location)
    assert client.get(f"{scene.url}?draw=2").location.endswith("?draw=2&upto=3")
    assert client.get(f"{scene.url}?draw=x&upto=-1").location.endswith("?draw=1&upto=3")


def test_seen_in_the_hall_is_a_stronger_source_and_no_conflict(scene):
    sent = scene.note(0, "present")
    assert sent.status_code == 303
    record, fact = scene.record(0), scene.facts()[-1]
    assert (fact.kind, fact.staff_id, fact.desk_id) == (DOOR, scene.trainer.id, None)
    assert "spot_check" in fact.flags
    assert record.sources == ["door_scan", "self_checkin"]
    assert (record.credit, record.is_conflict, record.is_inside) == (Credit.PRESENT, False, True)
    assert "1 / 3" in scene.client.get(f"{scene.url}?draw=1&upto=3").text
    person = scene.people[0][0]
    history = scene.client.get(
        f"/staff/lessons/{scene.lesson.public_id}/attendance/{person.public_id}"
    ).text
    assert "抽查在场" in history


def test_seen_twice_is_entered_once(scene):
    before = len(scene.facts())
    for _helper in range(2):
        scene.note(0, "present")
    assert len(scene.facts()) == before + 1


def test_not_there_undoes_every_entry_of_their_own_and_deletes_nothing(scene):
    attendee, code = scene.people[0]
    with scene.app.app_context():
        scene.check_in(attendee, code, new_id(), ago=30)
    assert scene.note(0, "absent").status_code == 303
    facts, record = scene.facts(), scene.record(0)
    undone = [fact for fact in facts if fact.kind is UNDO]
    assert [fact.reason for fact in undone] == ["抽查不在场"] * 2
    assert len(facts) == 6
    assert (record.credit, record.is_inside) == (Credit.ABSENT, False)
    page = scene.client.get(f"{scene.url}?draw=1&upto=4").text
    assert "1 / 3" in page
    assert "不在" in page
    again = scene.note(0, "absent")
    assert (again.status_code, len(scene.facts())) == (303, 6)


def test_findings_are_audited(scene):
    scene.note(0, "present")
    scene.note(1, "absent")
    with scene.app.app_context():
        actions = db.session.scalars(select(AuditEntry.action)).all()
    assert {"attendance.spot_checked", "attendance.undone"} <= set(actions)


def test_who_was_seen_at_a_desk_is_not_looked_for(scene):
    attendee, code = scene.people[0]
    with scene.app.app_context():
        by = scanner(make_desk(scene.lesson))
        unit_of_work(
            lambda: record_scans(scene.lesson.id, [scan(code, scene.now)], by=by, now=scene.now)
        )
    assert attendee.name not in scene.page()
    assert scene.record(0).is_conflict is False


def test_a_draw_after_findings_leaves_those_out(scene):
    scene.note(0, "present")
    answer = scene.client.get(f"{scene.url}?draw=2", follow_redirects=True)
    assert scene.people[0][0].name not in answer.text
    assert "0 / 2" in answer.text


def test_strangers_and_nonsense_are_refused(scene, client):
    with scene.app.app_context():
        [(waiting, _)] = make_attendees(scene.training, 1)
    sent = [
        {"attendee": waiting.public_id, "finding": "present"},
        {"attendee": "0" * 26, "finding": "absent"},
        {"attendee": scene.people[0][0].public_id, "finding": "open"},
        {},
    ]
    statuses = [client.post(scene.url, data=one).status_code for one in sent]
    assert statuses == [404, 404, 422, 422]


def test_a_closed_training_is_not_changed(scene, client):
    with scene.app.app_context():
        scene.training.state = TrainingState.CLOSED
        save(scene.training)
    scene.note(1, "absent")
    page = scene.page()
    assert "出勤记录已锁定" in page
    assert scene.record(1).credit is Credit.PRESENT
    assert 'name="finding"' not in page


def test_supervisors_and_other_trainers_have_no_list(scene, client):
    for role, status in ((Role.SUPERVISOR, 403), (Role.TRAINER, 404)):
        with scene.app.app_context():
            sign_in(client, make_staff(role, organisation=scene.organisation))
        assert client.get(scene.url).status_code == status
        assert scene.note(0, "absent").status_code == status
    assert all(fact.kind is SELF for fact in scene.facts())


def test_nobody_to_look_for_is_said(scene, client):
    with scene.app.app_context():
        training = make_training(scene.organisation, starts_at=scene.now, trainer=scene.trainer)
        lesson = training.lessons[0].public_id
    page = client.get(f"/staff/lessons/{lesson}/spot-checks", follow_redirects=True).text
    assert "没有可以抽查的人员" in page


def test_an_old_scan_enters_nothing(scene):
    attendee, code = scene.people[0]
    with scene.app.app_context(), pytest.raises(ArrivalOver):
        scene.check_in(attendee, code, new_id(), ago=301)
    assert len(scene.facts()) == 3
