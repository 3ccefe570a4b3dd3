"""Pages for organisers, trainers and supervisors: who sees what, who may change it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import event, select

from app.accounts.models import Role
from app.attendance.commands.scans import record_scans
from app.attendance.models import Attendance, Credit, Fact
from app.audit.models import AuditEntry
from app.kit.database import db, unit_of_work
from app.kit.phones import display, mask
from app.trainings.models import TrainingState
from tests.attendance.people import make_attendee, make_attendees, make_desk, scan, scanner
from tests.makers import make_organisation, make_staff, make_training, make_venue, save, sign_in


class Scene:
    """A training with a trainer; one attendee came, one did not."""

    def __init__(self, app, client) -> None:
        self.app, self.client = app, client
        self.organisation = make_organisation()
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.trainer = make_staff(Role.TRAINER, organisation=self.organisation, name="示例讲师")
        self.training = make_training(
            self.organisation,
            starts_at=self.now - timedelta(minutes=20),
            trainer=self.trainer,
            venue_id=make_venue(self.organisation).id,
        )
        [self.lesson] = self.training.lessons
        self.came, code = make_attendee(self.training, name="到场者")
        self.missing, _ = make_attendee(self.training, name="缺席者")
        desk = make_desk(self.lesson)
        scans, by = [scan(code, self.now - timedelta(minutes=15), uid="s1")], scanner(desk)
        unit_of_work(lambda: record_scans(self.lesson.id, scans, by=by, now=self.now))
        self.index = f"/staff/trainings/{self.training.public_id}/attendance"
        self.person = f"/staff/lessons/{self.lesson.public_id}/attendance/{self.came.public_id}"

    def enter(self, *roles, staff=None) -> None:
        with self.app.app_context():
            sign_in(self.client, staff or make_staff(*roles, organisation=self.organisation))

    def ask(self, work):
        with self.app.app_context():
            return work()


@pytest.fixture
def scene(app, client):
    with app.app_context():
        return Scene(app, client)


def test_index_shows_totals_evidence_and_full_phones_to_organisers(scene, client):
    scene.enter(Role.ORGANISER)
    page = client.get(scene.index).text
    assert all(
        text in page
        for text in ("到场者", "缺席者", display(scene.came.phone), "到课率50%", "一号门")
    )
    assert "已签到，没有签退记录" in page


@pytest.mark.parametrize("role", [Role.TRAINER, Role.SUPERVISOR])
def test_others_see_masked_phones_and_no_way_to_change(scene, client, role):
    scene.enter(role, staff=scene.trainer if role is Role.TRAINER else None)
    index, person = client.get(scene.index).text, client.get(scene.person).text
    assert display(scene.came.phone) not in index + person
    assert mask(scene.came.phone) in index
    assert "/correct" not in person
    sent = {"credit": "absent", "reason": "不应成功"}
    assert client.post(f"{scene.person}/correct", data=sent).status_code == 403


def test_what_is_not_mine_is_not_there(scene, client):
    scene.enter(Role.TRAINER)
    answers = [client.get(url).status_code for url in (scene.index, scene.person)]
    with scene.app.app_context():
        sign_in(client, make_staff(Role.ORGANISER))
    answers += [client.get(url).status_code for url in (scene.index, f"{scene.index}.xlsx")]
    assert answers == [404, 404, 404, 404]


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("credit=present", ["到场者"]),
        ("credit=absent", ["缺席者"]),
        ("credit=conflict", []),
        ("channel=online", []),
        ("q=到场", ["到场者"]),
        ("q=%25", []),
        ("credit=nonsense&page=x", ["到场者", "缺席者"]),
    ],
)
def test_filters(scene, client, query, seen):
    scene.enter(Role.ORGANISER)
    page = client.get(f"{scene.index}?{query}").text
    assert [name for name in ("到场者", "缺席者") if f"<strong>{name}</strong>" in page] == seen


def test_list_costs_the_same_with_one_and_thirty_rows(scene, client):
    scene.enter(Role.ORGANISER)
    few = statements(scene, lambda: client.get(scene.index))
    scene.ask(lambda: make_attendees(scene.training, 30))
    assert statements(scene, lambda: client.get(scene.index)) == few


def statements(scene, work) -> int:
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    engine = scene.ask(lambda: db.engine)
    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_correction_keeps_what_was_typed_until_it_is_right(scene, client):
    scene.enter(Role.ORGANISER)
    url = scene.person.replace(scene.came.public_id, scene.missing.public_id)
    refused = client.post(f"{url}/correct", data={"reason": "现场签字"})
    assert (refused.status_code, "现场签字" in refused.text) == (422, True)
    done = client.post(f"{url}/correct", data={"credit": "present", "reason": "现场签字"})
    page = client.get(url).text
    assert (done.status_code, "人工更正：现场签字" in page) == (303, True)
    row = scene.ask(
        lambda: db.session.scalars(
            select(Attendance).where(Attendance.attendee_id == scene.missing.id)
        ).one()
    )
    assert (row.credit, row.is_corrected) == (Credit.PRESENT, True)
    assert "attendance.corrected" in scene.ask(
        lambda: db.session.scalars(select(AuditEntry.action)).all()
    )


def test_undo_leaves_the_trace(scene, client):
    scene.enter(Role.ORGANISER)
    done = client.post(f"{scene.person}/undo", data={"target": "s1", "reason": "扫错人"})
    page = client.get(scene.person).text
    again = client.post(f"{scene.person}/undo", data={"target": "s1", "reason": "再来"})
    foreign = client.post(f"{scene.person}/undo", data={"target": "s2", "reason": "没有"})
    assert (done.status_code, again.status_code, foreign.status_code) == (303, 409, 404)
    assert all(text in page for text in ("扫错人", "已撤销", "没有签到记录"))
    assert len(scene.ask(lambda: db.session.scalars(select(Fact)).all())) == 2


def test_closing_locks(scene, client):
    scene.training.state = TrainingState.CLOSED
    scene.ask(lambda: save(scene.training))
    scene.enter(Role.ORGANISER)
    sent = {"credit": "present", "reason": "补签"}
    answer = client.post(f"{scene.person}/correct", data=sent)
    assert (answer.status_code, "出勤记录已锁定" in answer.text) == (409, True)
    assert "打开签到台" not in client.get(scene.index).text


def test_exports_are_typed_and_remembered(scene, client):
    scene.enter(Role.ORGANISER)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{scene.index}.xlsx").data))
    sheet = book.active
    header = [cell.value for cell in sheet[2]]
    text = client.get(f"{scene.index}.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert header == rows[0]
    assert sheet.freeze_panes == "A3"
    first = dict(zip(header, [cell.value for cell in sheet[3]], strict=True))
    assert (first["姓名"], first["出勤结果"], type(first["签到时间"]), type(first["在场分钟"])) == (
        "到场者",
        "出席",
        datetime,
        int,
    )
    exported = scene.ask(
        lambda: db.session.scalars(
            select(AuditEntry.details).where(AuditEntry.action == "attendance.exported")
        ).all()
    )
    assert sorted(details["format"] for details in exported) == ["csv", "xlsx"]


def test_sign_in_sheets_bear_names_and_times(scene, client):
    scene.enter(Role.ORGANISER)
    base = f"/staff/lessons/{scene.lesson.public_id}/sign-in-sheet"
    blank, electronic = (
        "".join(
            PdfReader(io.BytesIO(client.get(f"{base}-{kind}.pdf").data))
            .pages[0]
            .extract_text()
            .split()
        )
        for kind in ("blank", "electronic")
    )
    assert all(
        text in blank for text in ("签到表", "到场者", "缺席者", "签名", "示例讲师", "产业园报告厅")
    )
    assert all(text in electronic for text in ("现场扫码", "缺席", "出席"))
