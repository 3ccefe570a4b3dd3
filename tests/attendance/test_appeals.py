"""Objections: who may raise them when, what becomes of them, and who sees what was sent along."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from app.accounts.models import Role
from app.attendance import invariants
from app.attendance.commands import appeals as commands
from app.attendance.commands.appeals import Objection
from app.attendance.commands.policies import change_rule
from app.attendance.commands.scans import record_scans
from app.attendance.errors import AppealDecided, AppealOpen, AppealsClosed, AttendanceLocked
from app.attendance.exports import files
from app.attendance.models import Appeal, AppealedBy, AppealState, Attendance, Credit, Fact
from app.attendance.rules import appeals as rules
from app.attendance.rules.appeals import Window
from app.attendance.rules.policy import Policy
from app.audit.models import AuditEntry
from app.kit import tokens
from app.kit.database import db, unit_of_work
from app.kit.errors import NotFound
from app.kit.settings import settings
from app.outbox.models import Letter
from app.registrations.models import Registration
from app.trainings.models import TrainingState
from tests.attendance.people import make_attendee, make_desk, make_morning, scan, scanner
from tests.makers import SOMEBODY, make_organisation, make_staff, make_training, save, sign_in

PDF = b"%PDF-1.4\n%%EOF\n"
TEXT = "全程在场，签退时手机没电。"


class Scene:
    """A training of today that is over; one attendee left early, as the door saw it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.organisation = make_organisation()
        self.staff = make_staff(Role.ORGANISER, organisation=self.organisation, name="示例组织者")
        self.training = make_training(
            self.organisation, starts_at=self.now - timedelta(hours=4), state=TrainingState.HELD
        )
        [self.lesson] = self.training.lessons
        self.attendee, self.code = make_attendee(self.training, name="申诉人")
        self.attendee.email = "person@example.com"
        save(self.attendee)
        begins, by = self.lesson.starts_at, scanner(make_desk(self.lesson))
        scans = [scan(self.code, begins), scan(self.code, begins + timedelta(minutes=30), out=True)]
        unit_of_work(lambda: record_scans(self.lesson.id, scans, by=by, now=self.now))

    def objection(self, **values) -> Objection:
        given = {
            "attendee": self.attendee.public_id,
            "lesson": self.lesson.public_id,
            "text": TEXT,
            "raised_by": AppealedBy.ATTENDEE,
        } | values
        return Objection(**given)

    def object(self, now: datetime | None = None, **values) -> Appeal:
        objection, mine = self.objection(**values), [self.attendee.id]
        return unit_of_work(
            lambda: commands.raise_appeal(objection, mine, by=SOMEBODY, now=now or self.now)
        )

    def decide(self, decision, *given, **values) -> None:
        common = {
            "answer": "核对监控，确认全程在场",
            "organisation_id": self.organisation.id,
            "staff_id": self.staff.id,
            "by": SOMEBODY,
            "now": self.now,
        } | values
        unit_of_work(lambda: decision(*given, **common))


@pytest.fixture
def scene(context):
    return Scene()


def appeals() -> list[Appeal]:
    db.session.expire_all()
    return db.session.scalars(select(Appeal).order_by(Appeal.id)).all()


def record() -> Attendance:
    db.session.expire_all()
    return db.session.scalars(select(Attendance)).one()


def violations() -> list[str]:
    return [one.rule for check in invariants.CHECKS for one in check(datetime.now(UTC))]


def test_accepting_corrects_the_record_and_tells(scene):
    appeal = scene.object()
    scene.decide(commands.accept, appeal.public_id, Credit.PRESENT)
    [decided] = appeals()
    assert (decided.state, decided.decided_by_id) == (AppealState.ACCEPTED, scene.staff.id)
    assert (record().credit, record().is_corrected) == (Credit.PRESENT, True)
    fact = db.session.scalars(select(Fact).where(Fact.uid == decided.fact_uid)).one()
    assert (fact.credit, fact.reason) == (Credit.PRESENT, "核对监控，确认全程在场")
    letter = db.session.scalars(select(Letter).where(Letter.kind == "appeal_answered")).one()
    assert letter.recipient == "person@example.com"
    assert all(text in letter.text for text in ("已采纳", "核对监控", "/appeal"))
    acts = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [act for act in acts if act.startswith("appeal.")] == [
        "appeal.raised",
        "appeal.accepted",
    ]
    assert violations() == []


def test_declining_leaves_the_record_and_tells(scene):
    appeal = scene.object(raised_by=AppealedBy.CONTACT)
    registration = db.session.get_one(Registration, scene.attendee.registration_id)
    registration.contact_email, registration.language = "contact@example.com", "en"
    save(registration)
    scene.decide(commands.decline, appeal.public_id, answer="监控显示9点半离开")
    assert (appeals()[0].state, record().credit) == (AppealState.DECLINED, Credit.PARTIAL)
    letter = db.session.scalars(select(Letter).where(Letter.kind == "appeal_answered")).one()
    assert letter.recipient == "contact@example.com"
    assert all(text in letter.text for text in ("not accepted", "监控显示", "/my/r/"))
    assert violations() == []


def test_without_an_address_nobody_is_written_to(scene):
    scene.attendee.email = None
    save(scene.attendee)
    appeal = scene.object()
    scene.decide(commands.decline, appeal.public_id)
    assert db.session.scalar(select(func.count(Letter.id))) == 0


def test_what_is_decided_stays_decided(scene):
    appeal = scene.object()
    unit_of_work(
        lambda: commands.withdraw(appeal.public_id, [scene.attendee.id], by=SOMEBODY, now=scene.now)
    )
    with pytest.raises(AppealDecided):
        scene.decide(commands.accept, appeal.public_id, Credit.PRESENT)
    with pytest.raises(AppealDecided):
        scene.decide(commands.decline, appeal.public_id)
    assert (appeals()[0].state, record().credit) == (AppealState.WITHDRAWN, Credit.PARTIAL)
    scene.object()  # and may be raised again
    assert [one.state for one in appeals()] == [AppealState.WITHDRAWN, AppealState.OPEN]


def test_one_waits_at_a_time(scene):
    first = scene.object()
    with pytest.raises(AppealOpen):
        scene.object()
    scene.decide(commands.decline, first.public_id)
    scene.object()
    assert len(appeals()) == 2


def test_of_two_raised_at_once_one_waits(scene, app):
    barrier, outcomes = threading.Barrier(2), []
    objection, mine, now = scene.objection(), [scene.attendee.id], scene.now

    def raise_one() -> None:
        with app.app_context():
            barrier.wait()
            try:
                unit_of_work(lambda: commands.raise_appeal(objection, mine, by=SOMEBODY, now=now))
                outcomes.append("raised")
            except AppealOpen:
                outcomes.append("refused")

    threads = [threading.Thread(target=raise_one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["raised", "refused"]


def test_only_about_ones_own_people_and_lessons(scene):
    other, _ = make_attendee(scene.training)
    elsewhere = make_morning(scene.organisation)
    for wrong in (
        {"attendee": other.public_id},
        {"lesson": elsewhere.lessons[0].public_id},
        {"lesson": "0" * 26},
    ):
        with pytest.raises(NotFound):
            scene.object(**wrong)
    with pytest.raises(NotFound):
        unit_of_work(
            lambda: commands.withdraw(
                scene.object().public_id, [other.id], by=SOMEBODY, now=scene.now
            )
        )


def test_a_foreign_organiser_decides_nothing(scene):
    appeal = scene.object()
    with pytest.raises(NotFound):
        scene.decide(
            commands.accept,
            appeal.public_id,
            Credit.PRESENT,
            organisation_id=make_organisation().id,
        )


def test_closing_freezes_but_an_answer_is_still_due(scene):
    appeal = scene.object()
    scene.training.state, scene.training.closed_at = TrainingState.CLOSED, scene.now
    save(scene.training)
    with pytest.raises(AttendanceLocked):
        scene.decide(commands.accept, appeal.public_id, Credit.PRESENT)
    assert (appeals()[0].state, record().credit) == (AppealState.OPEN, Credit.PARTIAL)
    scene.decide(commands.decline, appeal.public_id)
    with pytest.raises(AppealsClosed):
        scene.object()
    assert violations() == []


@pytest.mark.parametrize(
    ("state", "days", "minutes_after_the_end", "is_open"),
    [
        (TrainingState.HELD, 7, 0, True),
        (TrainingState.PUBLISHED, 7, 0, True),
        (TrainingState.HELD, 7, -1, False),
        (TrainingState.HELD, 7, 7 * 1440, True),
        (TrainingState.HELD, 7, 7 * 1440 + 1, False),
        (TrainingState.HELD, 0, 0, False),
        (TrainingState.CLOSED, 7, 0, False),
        (TrainingState.ACCEPTED, 7, 0, False),
        (TrainingState.CANCELLED, 7, 0, False),
    ],
)
def test_window(state, days, minutes_after_the_end, is_open):
    end = datetime(2026, 3, 19, 4, 0, tzinfo=UTC)
    window = Window(state=state, lesson_ends_at=end, training_ends_at=end, days=days)
    assert window.is_open(end + timedelta(minutes=minutes_after_the_end)) is is_open


def test_the_days_are_those_of_the_rule(scene):
    late = scene.training.ends_at + timedelta(days=8)
    with pytest.raises(AppealsClosed):
        scene.object(now=late)
    unit_of_work(
        lambda: change_rule(
            scene.training.public_id,
            Policy(appeal_days=10),
            reason="延长",
            organisation_id=scene.organisation.id,
            staff_id=scene.staff.id,
            by=SOMEBODY,
            now=scene.now,
        )
    )
    scene.object(now=late)
    assert len(appeals()) == 1


def test_what_was_tampered_with_is_named(scene):
    appeal = scene.object(file="0" * 32 + ".pdf", file_name="照片.pdf")
    assert violations() == ["appeal files"]
    unit_of_work(lambda: db.session.execute(update(Appeal).values(file="")))
    scene.decide(commands.accept, appeal.public_id, Credit.PRESENT)
    assert violations() == []
    unit_of_work(lambda: db.session.execute(update(Appeal).values(fact_uid=None)))
    assert violations() == ["accepted appeals are corrections"]
    unit_of_work(lambda: db.session.execute(delete(Appeal)))
    assert violations() == []


class Web:
    """The scene as seen in a browser."""

    def __init__(self, app, client) -> None:
        self.app, self.client = app, client
        with app.app_context():
            self.scene = Scene()
            registration = db.session.get_one(Registration, self.scene.attendee.registration_id)
            self.manage = tokens.issue(tokens.Purpose.MANAGE, registration.manage_token_id)
            self.mine = f"/my/registrations/{registration.public_id}/appeals"
            self.root = settings().media_dir / "appeals"
        self.own = f"/t/{self.scene.code}/appeal"
        self.key = f"{self.scene.attendee.public_id}.{self.scene.lesson.public_id}"

    def enter(self, *roles: Role, organisation=None) -> None:
        with self.app.app_context():
            house = organisation or self.scene.organisation
            sign_in(self.client, make_staff(*roles, organisation=house))

    def send(self, url: str, **values):
        return self.client.post(url, data={"record": self.key, "text": TEXT} | values)

    def appeal(self) -> Appeal | None:
        with self.app.app_context():
            return db.session.scalars(select(Appeal)).one_or_none()

    def files(self) -> list:
        return list(self.root.glob("*.*")) if self.root.is_dir() else []


@pytest.fixture
def web(app, client):
    made = Web(app, client)
    yield made
    for path in made.files():
        path.unlink()


def download(client, url: str) -> tuple[bytes, str]:
    with client.get(url) as file:
        return file.data, file.headers["Content-Disposition"].split(";")[0]


def test_an_attendee_objects_and_reads_the_answer(web, client):
    page = client.get(web.own).text
    assert all(text in page for text in ("部分出席", "180分钟中在场30分钟", "对出勤结果有异议"))
    assert web.own in client.get(f"/t/{web.scene.code}").text
    sent = web.send(web.own, file=(io.BytesIO(PDF), "照片.pdf"))
    assert sent.status_code == 303
    appeal = web.appeal()
    assert (appeal.raised_by, appeal.file_name, len(web.files())) == (
        AppealedBy.ATTENDEE,
        "照片.pdf",
        1,
    )
    assert download(client, f"{web.own}/{appeal.public_id}/file") == (PDF, "attachment")
    web.enter(Role.ORGANISER)
    url = f"/staff/appeals/{appeal.public_id}"
    listed, shown = client.get("/staff/appeals").text, client.get(url).text
    assert "申诉人" in listed
    assert all(text in shown for text in (TEXT, "照片.pdf", "180分钟中在场30分钟", "一号门"))
    assert download(client, f"{url}/file") == (PDF, "attachment")
    assert client.post(f"{url}/accept", data={"credit": "present"}).status_code == 422
    done = client.post(f"{url}/accept", data={"credit": "present", "answer": "监控已核对"})
    again = client.post(f"{url}/decline", data={"answer": "改主意了"})
    assert (done.status_code, again.status_code) == (303, 409)
    answered = client.get(web.own).text
    assert all(text in answered for text in ("已采纳", "监控已核对", "人工更正"))
    assert "监控已核对" in client.get(url).text


def test_an_enterprise_objects_and_takes_it_back(web, client):
    assert client.get(web.mine).status_code == 404
    client.get(f"/my/r/{web.manage}")
    assert "申诉人" in client.get(web.mine).text
    assert web.mine in client.get(web.mine.removesuffix("/appeals")).text
    assert web.send(web.mine).status_code == 303
    appeal = web.appeal()
    assert appeal.raised_by is AppealedBy.CONTACT
    assert web.send(web.mine).status_code == 409
    assert client.post(f"{web.mine}/{appeal.public_id}/withdraw").status_code == 303
    assert (web.appeal().state, web.send(web.mine).status_code) == (AppealState.WITHDRAWN, 303)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"text": ""}, "请填写此项"),
        ({"text": "短"}, "至少5个字符"),
        ({"record": ""}, "请填写此项"),
        ({"record": "x.y"}, "请从给出的选项中选择"),
        ({"file": (b"MZ" * 99, "照片.exe")}, "只能上传"),
        ({"file": (PDF, "照片.png")}, "文件扩展名与实际内容不一致"),
        ({"file": (b"", "照片.pdf")}, "文件是空的"),
    ],
)
def test_what_is_wrong_is_said_and_leaves_nothing(web, client, sent, told):
    if "file" in sent:
        sent = sent | {"file": (io.BytesIO(sent["file"][0]), sent["file"][1])}
    answer = web.send(web.own, **sent)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert (web.appeal(), web.files()) == (None, [])


def test_a_file_may_be_too_large(web, client, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", len(PDF) - 1)
    answer = web.send(web.own, file=(io.BytesIO(PDF), "照片.pdf"))
    assert (answer.status_code, "文件太大" in answer.text, web.files()) == (422, True, [])
    assert rules.MAX_BYTES == 10 * 1024 * 1024


def test_a_film_is_no_evidence(web, client):
    film = b"\x00\x00\x00\x18ftypisom" + b"\x00" * 64
    answer = web.send(web.own, file=(io.BytesIO(film), "录像.mp4"))
    assert (answer.status_code, "PDF、JPG 或 PNG" in answer.text) == (422, True)
    assert web.files() == []


def test_a_refused_objection_leaves_no_file(web, client):
    web.send(web.own)
    answer = web.send(web.own, file=(io.BytesIO(PDF), "照片.pdf"))
    assert (answer.status_code, "已有待处理的异议" in answer.text) == (409, True)
    assert web.files() == []


def test_what_belongs_to_others_is_not_there(web, client):
    web.send(web.own, file=(io.BytesIO(PDF), "照片.pdf"))
    appeal = web.appeal().public_id
    with web.app.app_context():
        _, other = make_attendee(web.scene.training)
        stranger = make_organisation()
    assert client.get(f"/t/{other}/appeal/{appeal}/file").status_code == 404
    assert client.post(f"/t/{other}/appeal/{appeal}/withdraw").status_code == 404
    web.enter(Role.ORGANISER, organisation=stranger)
    url = f"/staff/appeals/{appeal}"
    assert [client.get(address).status_code for address in (url, f"{url}/file")] == [404, 404]
    assert client.post(f"{url}/decline", data={"answer": "不行"}).status_code == 404
    assert "申诉人" not in client.get("/staff/appeals").text


def test_supervisors_read_and_do_not_answer(web, client):
    web.send(web.own)
    url = f"/staff/appeals/{web.appeal().public_id}"
    web.enter(Role.SUPERVISOR)
    page = client.get(url)
    assert (page.status_code, TEXT in page.text, "采纳并更正" in page.text) == (200, True, False)
    assert client.post(f"{url}/decline", data={"answer": "不行"}).status_code == 403


def test_the_list_is_narrowed(web, client):
    web.send(web.own)
    web.enter(Role.ORGANISER)
    here, elsewhere = web.scene.training.public_id, "0" * 26
    seen = {
        query: "申诉人" in client.get(f"/staff/appeals?{query}").text
        for query in (f"training={here}", f"training={elsewhere}", "state=open", "state=declined")
    }
    assert list(seen.values()) == [True, False, True, False]
