"""The signed sheet: what is typed becomes facts once, what changes is undone and written anew."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.models import Role
from app.attendance import invariants
from app.attendance.commands.scans import record_scans
from app.attendance.forms.paper import read_clock
from app.attendance.models import Attendance, Credit, Direction, Fact, FactKind
from app.audit.models import AuditEntry
from app.kit.database import db, unit_of_work
from app.registrations.models import Attendee, AttendeeState
from app.trainings.models import Training, TrainingState
from tests.attendance.people import (
    NINE,
    make_attendee,
    make_attendees,
    make_desk,
    make_morning,
    scan,
    scanner,
)
from tests.attendance.test_staff_views import statements
from tests.makers import make_organisation, make_staff, sign_in

FIELD = re.compile(r"<input[^>]*>")


class Scene:
    """A morning from nine to twelve with three people on the sheet, and an organiser."""

    def __init__(self, app, client) -> None:
        self.app, self.client = app, client
        self.organisation = make_organisation()
        self.training = make_morning(self.organisation)
        [self.lesson] = self.training.lessons
        self.people = [make_attendee(self.training, name=name) for name in ("甲", "乙", "丙")]
        self.staff = make_staff(Role.ORGANISER, organisation=self.organisation, name="录入员")
        sign_in(client, self.staff)
        self.url = f"/staff/lessons/{self.lesson.public_id}/paper"

    def ask(self, work):
        with self.app.app_context():
            return work()

    def rows(self, statement):
        return self.ask(lambda: db.session.scalars(statement).all())

    def shown(self, url: str = "") -> dict[str, str]:
        """Give the fields of the page as a browser would send them back."""
        return typed_in(self.client.get(url or self.url).text)

    def enter(self, **changes: str):
        """Change fields (`r0_in`) of what is shown and send the page; blank a tick with ""."""
        fields = self.shown()
        for name, value in changes.items():
            place, _, field = name.partition("_")
            fields[f"rows-{place[1:]}-{field}"] = value
        sent = {name: value for name, value in fields.items() if value or "here" not in name}
        return self.client.post(self.url, data=sent)

    def facts(self, *kinds: FactKind) -> list[tuple]:
        wanted = kinds or (FactKind.PAPER,)
        found = self.rows(select(Fact).where(Fact.kind.in_(wanted)).order_by(Fact.sequence))
        return [
            (fact.direction, int((fact.effective_at - NINE).total_seconds() // 60))
            for fact in found
        ]

    def records(self) -> dict[int, tuple[Credit, int]]:
        found = self.rows(select(Attendance))
        return {one.attendee_id: (one.credit, one.minutes) for one in found}

    def violations(self) -> list:
        return self.ask(
            lambda: [one for check in invariants.CHECKS for one in check(datetime.now(UTC))]
        )


def typed_in(page: str) -> dict[str, str]:
    fields = {}
    for field in FIELD.findall(page):
        name = re.search(r'name="(rows-[^"]+)"', field)
        value = re.search(r'value="([^"]*)"', field)
        if name and ("checkbox" not in field or " checked" in field):
            fields[name[1]] = value[1] if value else ""
    return fields


@pytest.fixture
def scene(app, client):
    with app.app_context():
        return Scene(app, client)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9:05", time(9, 5)),
        ("0905", time(9, 5)),
        ("905", time(9, 5)),
        ("９：０５", time(9, 5)),
        ("9.05", time(9, 5)),
        ("9点05分", time(9, 5)),
        ("9", time(9)),
        ("14", time(14)),
        ("9点", time(9)),
        ("24:00", None),
        ("9:60", None),
        ("九点", None),
        ("-1", None),
        ("12345", None),
    ],
)
def test_times_are_typed_in_many_ways(typed, read):
    assert read_clock(typed) == read


def test_ticks_and_times_become_facts_of_whoever_entered_them(scene, client):
    done = scene.enter(r0_here="1", r1_here="1", r1_in="0930", r1_out="11:00")
    assert done.status_code == 303
    assert scene.facts() == [(Direction.IN, 0), (Direction.IN, 30), (Direction.OUT, 120)]
    first, second = (person.id for person, _ in scene.people[:2])
    assert scene.records() == {first: (Credit.PRESENT, 180), second: (Credit.PARTIAL, 90)}
    assert set(scene.rows(select(Fact.staff_id))) == {scene.staff.id}
    assert "attendance.paper_entered" in scene.rows(select(AuditEntry.action))
    page = client.get(scene.url).text
    assert "已录入2人，最近由录入员" in page
    assert scene.violations() == []


def test_saving_again_changes_nothing(scene):
    scene.enter(r0_here="1", r1_here="1", r1_in="9:30", r1_out="11:00")
    before = scene.rows(select(Fact.chain_hash))
    scene.enter()
    scene.enter(r1_in="0930")  # the same instant, written differently
    assert scene.rows(select(Fact.chain_hash)) == before


def test_only_what_changed_is_undone_and_written_anew(scene):
    scene.enter(r0_here="1", r1_here="1", r1_in="9:30", r1_out="11:00")
    scene.enter(r1_out="12:00")
    assert scene.facts()[3:] == [(Direction.OUT, 180)]
    assert len(scene.facts(FactKind.UNDO)) == 1
    scene.enter(r0_here="")
    assert len(scene.facts(FactKind.UNDO)) == 2
    assert scene.records()[scene.people[0][0].id] == (Credit.ABSENT, 0)
    assert scene.records()[scene.people[1][0].id] == (Credit.PRESENT, 150)
    assert scene.violations() == []


def test_two_people_entering_do_not_wipe_out_each_other(scene):
    mine = scene.shown()
    scene.enter(r1_here="1")  # somebody else, meanwhile
    scene.client.post(scene.url, data=mine | {"rows-0-here": "1"})
    assert len(scene.records()) == 2
    assert scene.facts(FactKind.UNDO) == []


def test_a_time_without_a_tick_is_an_arrival(scene):
    scene.enter(r0_in="9:10")
    assert scene.facts() == [(Direction.IN, 10)]


def test_all_faults_at_once_and_nothing_typed_is_lost(scene):
    answer = scene.enter(r0_in="quarter past", r1_in="10:00", r1_out="9:00", r2_here="1")
    assert answer.status_code == 422
    assert all(text in answer.text for text in ("第1号：", "第2号：离开时间", "quarter past"))
    assert scene.facts() == []


def test_rows_stand_as_on_the_printed_sheet(scene, client):
    scene.ask(
        lambda: unit_of_work(
            lambda: db.session.execute(
                update(Attendee)
                .where(Attendee.id == scene.people[1][0].id)
                .values(state=AttendeeState.CANCELLED)
            )
        )
    )
    page = client.get(scene.url).text
    numbers = re.findall(r'<tr data-number="(\d+)">.*?<th scope="row">(\S+)<br>', page, re.DOTALL)
    assert numbers == [("1", "甲"), ("2", "丙")]


def test_only_confirmed_people_are_entered(scene):
    fields = scene.shown()
    scene.ask(
        lambda: unit_of_work(
            lambda: db.session.execute(update(Attendee).values(state=AttendeeState.CANCELLED))
        )
    )
    answer = scene.client.post(scene.url, data=fields | {"rows-0-here": "1"})
    assert (answer.status_code, scene.facts()) == (409, [])


def test_strangers_cannot_be_slipped_in(scene):
    with scene.app.app_context():
        stranger, _ = make_attendee(make_morning())
    fields = scene.shown() | {"rows-0-who": stranger.public_id, "rows-0-here": "1"}
    assert scene.client.post(scene.url, data=fields).status_code == 409
    assert scene.facts() == []


def test_what_the_door_saw_stands_beside_it(scene, client):
    (person, code), _, _ = scene.people
    with scene.app.app_context():
        by, scans = scanner(make_desk(scene.lesson)), [scan(code, 40)]
        now = NINE + timedelta(minutes=41)
        unit_of_work(lambda: record_scans(scene.lesson.id, scans, by=by, now=now))
    assert "9:40" in client.get(scene.url).text
    assert "与扫码不一致" not in client.get(scene.url).text
    scene.enter(r0_here="1", r0_in="9:35")
    assert "与扫码不一致" not in client.get(scene.url).text
    scene.enter(r0_in="9:00")
    page = client.get(scene.url).text
    assert "与扫码不一致" in page
    assert f"/attendance/{person.public_id}" in page


def test_closing_locks(scene, client):
    fields = scene.shown()
    scene.ask(
        lambda: unit_of_work(
            lambda: db.session.execute(update(Training).values(state=TrainingState.CLOSED))
        )
    )
    answer = client.post(scene.url, data=fields | {"rows-0-here": "1"})
    page = client.get(scene.url).text
    assert (answer.status_code, scene.facts(), "保存本页" in page) == (409, [], False)


def test_two_hundred_rows_are_one_light_page(scene, client):
    few = statements(scene, lambda: client.get(scene.url))
    scene.ask(lambda: make_attendees(scene.training, 250))
    assert statements(scene, lambda: client.get(scene.url)) == few
    page = client.get(scene.url)
    assert page.text.count("<tr data-number=") == 200
    assert len(gzip.compress(page.data)) < 150_000
    last = client.get(f"{scene.url}?page=2")
    assert last.text.count("<tr data-number=") == 53
    fields = typed_in(last.text) | {"rows-52-here": "1", "rows-52-in": "x"}
    assert "第253号：" in client.post(f"{scene.url}?page=2", data=fields).text


def test_others_do_not_see_it(scene, client):
    with scene.app.app_context():
        sign_in(client, make_staff(Role.ORGANISER))
    assert client.get(scene.url).status_code == 404
    with scene.app.app_context():
        sign_in(client, make_staff(Role.SUPERVISOR, organisation=scene.organisation))
    assert client.get(scene.url).status_code == 403
