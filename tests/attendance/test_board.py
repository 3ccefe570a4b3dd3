"""The board of a lesson: its figures, who sees it, what a look costs; and the rules it draws by."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from app.accounts.models import Role
from app.attendance.commands.scans import record_scans
from app.attendance.models import Desk, LateScan
from app.attendance.queries import board as queries
from app.attendance.rules import board as rules
from app.attendance.rules.board import Contact
from app.enterprises.models import Enterprise
from app.kit.database import db, unit_of_work
from app.seeds.names import uscc
from app.trainings.models import Channel, Mode
from tests.attendance.people import NINE, make_attendees, make_desk, make_morning, scan, scanner
from tests.makers import NOON, make_organisation, make_staff, make_training, save, sign_in

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SELECT PG_CATALOG")
FIVE_MINUTES = timedelta(minutes=5)
ASKING = {"HX-Request": "true"}


class Scene:
    """A lesson that began five minutes ago: one came early, one late and left, two are missing."""

    def __init__(self, app, client) -> None:
        self.app, self.client = app, client
        self.organisation = make_organisation()
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.trainer = make_staff(Role.TRAINER, organisation=self.organisation)
        self.training = make_training(
            self.organisation,
            starts_at=self.now - FIVE_MINUTES,
            mode=Mode.HYBRID,
            trainer=self.trainer,
        )
        [self.lesson] = self.training.lessons
        self.first, self.second = make_company(1), make_company(2)
        people = make_attendees(self.training, 3, enterprise=self.first)
        self.codes = [code for _, code in people]
        make_attendees(self.training, enterprise=self.second, channel=Channel.ONLINE)
        self.desk = make_desk(self.lesson)
        self.record(self.codes[0], minutes_ago=20, uid="a1")
        self.record(self.codes[1], minutes_ago=3, uid="b1")
        self.record(self.codes[1], minutes_ago=1, uid="b2", out=True)
        self.url = f"/staff/lessons/{self.lesson.public_id}/board"

    def record(self, code, *, minutes_ago=0, **values) -> None:
        scans = [scan(code, self.now - timedelta(minutes=minutes_ago), **values)]
        by = scanner(self.desk)
        unit_of_work(lambda: record_scans(self.lesson.id, scans, by=by, now=self.now))

    def enter(self, *roles, staff=None) -> None:
        with self.app.app_context():
            sign_in(self.client, staff or make_staff(*roles, organisation=self.organisation))

    def ask(self, tag="", **headers):
        known = {"If-None-Match": tag} if tag else {}
        return self.client.get(self.url, headers=ASKING | known | headers)


def make_company(number: int) -> Enterprise:
    company = Enterprise(
        uscc=uscc("440100", 60_000 + number),
        name=f"示例企业{number}号",
        city="440100",
        created_at=NOON,
    )
    save(company)
    return company


@pytest.fixture
def scene(app, client):
    with app.app_context():
        return Scene(app, client)


def figures_in(page: str) -> dict[str, int]:
    found = re.findall(r'<dt>(.+?)</dt>\s*<dd><span class="gb-stat-value">(\d+)', page)
    return {name: int(value) for name, value in found}


def rows_in(page: str) -> list[list[str]]:
    rows = re.findall(r"<tr>\s*(<td.+?)</tr>", page, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row)]
        for row in rows
    ]


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.TRAINER, Role.SUPERVISOR])
def test_it_says_who_has_come_and_who_is_missing(scene, client, role):
    scene.enter(role, staff=scene.trainer if role is Role.TRAINER else None)
    page = client.get(scene.url).text
    assert figures_in(page) == {"应到": 4, "已到": 2, "未到": 2, "场内": 1, "迟到": 1}
    assert "现场3 · 线上1" in page
    assert rows_in(page)[:2] == [["示例企业1号", "3", "2", "1"], ["示例企业2号", "1", "0", "1"]]
    assert "credit=absent" in page
    assert "<title>" in page


def test_what_is_not_mine_is_not_there(scene, client):
    scene.enter(Role.TRAINER)
    assert client.get(scene.url).status_code == 404
    scene.enter(Role.AUDITOR)
    assert client.get(scene.url).status_code == 403
    with scene.app.app_context():
        sign_in(client, make_staff(Role.ORGANISER))
    assert (client.get(scene.url).status_code, scene.ask("*").status_code) == (404, 404)


def test_a_scan_changes_what_it_answers(scene):
    scene.enter(Role.ORGANISER)
    first = scene.ask()
    assert "<title>" not in first.text
    tag = first.headers["ETag"]
    with scene.app.app_context():
        scene.record(scene.codes[2], uid="c1")
    second = scene.ask(tag)
    assert (second.status_code, figures_in(second.text)["已到"]) == (200, 3)
    assert second.headers["ETag"] != tag


def test_desks_late_scans_and_languages_change_it_too(scene):
    """Each moves the tag within the same minute, by which ages are kept up."""
    scene.enter(Role.ORGANISER)
    now = scene.now
    tags = {look(scene, now).headers["ETag"], look(scene, now, language="en").headers["ETag"]}
    for change in (
        {"queue_length": 3},
        {"clock_skew_ms": -45_000},
        {"last_seen_at": now - timedelta(minutes=9)},
        {"revoked_at": now},
    ):
        with scene.app.app_context():
            desk = db.session.get_one(Desk, scene.desk.id)
            for name, value in change.items():
                setattr(desk, name, value)
            save(desk)
        tags.add(look(scene, now).headers["ETag"])
    with scene.app.app_context():
        save(late_scan(scene))
    last = look(scene, now)
    assert len(tags | {last.headers["ETag"]}) == 7
    assert all(text in last.text for text in ("快45秒", "已停用", "1条补传记录待核对"))


def look(scene, now, language="zh"):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.attendance.staff_views.board.clock.now", lambda: now)
        return scene.ask(**{"Accept-Language": language})


def late_scan(scene) -> LateScan:
    return LateScan(
        organisation_id=scene.organisation.id,
        lesson_id=scene.lesson.id,
        desk_id=scene.desk.id,
        uid="late",
        content="{}",
        occurred_at=scene.now,
        received_at=scene.now,
    )


def test_an_unchanged_board_is_not_sent_again_and_costs_two_statements(scene):
    scene.enter(Role.ORGANISER)
    now = datetime.now(UTC)
    tag = look(scene, now).headers["ETag"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.attendance.staff_views.board.clock.now", lambda: now)
        answers = []
        assert statements(scene, lambda: answers.append(scene.ask(tag))) <= 2
    [answer] = answers
    assert (answer.status_code, answer.data, answer.headers["Cache-Control"]) == (
        304,
        b"",
        "no-store",
    )
    assert look(scene, now + timedelta(minutes=1)).headers["ETag"] != tag


def test_it_costs_the_same_with_one_and_thirty_enterprises_and_desks(scene):
    scene.enter(Role.ORGANISER)
    whole = statements(scene, lambda: scene.client.get(scene.url))
    part = statements(scene, scene.ask)
    with scene.app.app_context():
        for number in range(30):
            make_attendees(scene.training, enterprise=make_company(10 + number))
            make_desk(scene.lesson, label=f"{number}号门")
    assert statements(scene, lambda: scene.client.get(scene.url)) == whole
    assert statements(scene, scene.ask) == part
    assert part <= 4


def statements(scene, work) -> int:
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.lstrip().upper().startswith(TRANSACTION):
            seen.append(statement)

    with scene.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_enterprises_without_end_are_cut_off(scene, monkeypatch):
    monkeypatch.setattr(queries, "MOST_ENTERPRISES", 1)
    scene.enter(Role.ORGANISER)
    page = scene.ask().text
    assert "示例企业1号" in page
    assert "示例企业2号" not in page
    assert "这里只列出未到人数最多的1家企业" in page


def test_a_lesson_without_people_and_desks_says_so(app, client):
    with app.app_context():
        organisation = make_organisation()
        [lesson] = make_morning(organisation).lessons
        sign_in(client, make_staff(Role.SUPERVISOR, organisation=organisation))
        url = f"/staff/lessons/{lesson.public_id}/board"
    page = client.get(url).text
    assert "还没有已确认的参训人员" in page
    assert "还没有签到台" in page


# --- Rules ---

SEEN = NINE - timedelta(seconds=30)
DESK = {
    "desk": "d",
    "label": "一号门",
    "last_seen_at": SEEN,
    "expires_at": NINE + timedelta(hours=9),
    "revoked_at": None,
    "queue_length": 0,
    "clock_skew_ms": None,
    "now": NINE,
}


@pytest.mark.parametrize(
    ("values", "contact"),
    [
        ({}, Contact.WELL),
        ({"last_seen_at": NINE - timedelta(minutes=2)}, Contact.WELL),
        ({"last_seen_at": NINE - timedelta(minutes=2, seconds=1)}, Contact.SILENT),
        ({"last_seen_at": None}, Contact.NEVER),
        ({"expires_at": NINE}, Contact.EXPIRED),
        ({"expires_at": NINE, "revoked_at": NINE}, Contact.REVOKED),
    ],
)
def test_contact_of_a_desk(values, contact):
    assert rules.health(**DESK | values).contact is contact


@pytest.mark.parametrize(
    ("skew_ms", "seconds_fast"), [(None, 0), (29_999, 0), (45_000, -45), (-45_000, 45)]
)
def test_the_skew_is_the_servers_minus_the_devices(skew_ms, seconds_fast):
    assert rules.health(**DESK | {"clock_skew_ms": skew_ms}).seconds_fast == seconds_fast


def test_what_looks_the_same_is_the_same():
    earlier = rules.health(**DESK | {"last_seen_at": SEEN - timedelta(seconds=20)})
    assert earlier == rules.health(**DESK)


@pytest.mark.parametrize("minutes", [0, 1, 45, 90, 180, 400, 1_440, 5_000])
def test_marks_are_few_even_and_hold_the_beginning(minutes):
    ends_at = NINE + timedelta(minutes=minutes)
    marks = rules.marks(NINE, ends_at)
    assert NINE in marks
    assert len(marks) <= rules.MOST_MARKS + 1
    assert len({later - earlier for earlier, later in itertools.pairwise(marks)}) <= 1
    assert marks[-1] >= ends_at or len(marks) == rules.MOST_MARKS + 1


def test_marks_ahead_have_no_value_and_the_running_one_has():
    marks = [NINE, NINE + FIVE_MINUTES, NINE + 2 * FIVE_MINUTES]
    drawn = rules.curve(marks, [1, 4, 4], NINE + timedelta(minutes=2))
    assert [value for _, value in drawn] == [1, 4, None]
