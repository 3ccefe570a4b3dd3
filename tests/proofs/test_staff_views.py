"""Organisers issue, follow, correct and revoke; supervisors read; nobody else sees any of it."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from sqlalchemy import event, select

from app.accounts.models import Role
from app.audit.models import AuditEntry
from app.kit.database import db, unit_of_work
from app.proofs.models import Proof
from app.registrations.models import Attendee, Registration
from app.trainings.models import TrainingState
from tests import makers
from tests.proofs.scene import issue_all, make_held, make_people, order, work

TEXTS = {
    "title": "参训证明",
    "title_en": "Certificate of Attendance",
    "body": "{姓名}参加{课程}，共{学时}学时。",
    "body_en": "{name} attended {course}, {hours} hours.",
}


@pytest.fixture
def organisation(app, client):
    with app.app_context():
        organisation = makers.make_organisation()
        makers.sign_in(client, makers.make_staff(Role.ORGANISER, organisation=organisation))
    return organisation


@pytest.fixture
def training(app, organisation):
    with app.app_context():
        training = make_held(organisation)
        make_people(training, 3)
        make_people(training, 1, passed=False, name="没来的人")
    return training


def numbers(app) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Proof.number).order_by(Proof.id)))


def test_page_says_before_issuing_who_gets_one_and_who_not_and_why(client, training):
    page = client.get(f"/staff/trainings/{training.public_id}/proofs").text
    assert "发放全部（3人）" in page
    assert "没来的人" in page
    assert "不予发放的人员及原因" in page


def test_page_stands_among_those_about_attendance(client, training):
    address = f"/staff/trainings/{training.public_id}"
    page = client.get(f"{address}/proofs").text
    strip = re.search(r'<nav[^>]*aria-label="出勤的各页".*?</nav>', page, re.DOTALL)[0]
    assert f"{address}/rule" in strip
    assert re.search(r'aria-current="page"[^>]*>\s*(<[^>]+>)*\s*培训证明', strip)


def test_issue_shows_progress_then_the_archive(app, client, training):
    answer = client.post(f"/staff/trainings/{training.public_id}/proofs/issue")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "等待开始" in page
    assert 'hx-trigger="every 2s"' in page
    with app.app_context():
        work()
    page = client.get(answer.location).text
    assert "已完成" in page
    assert "hx-trigger" not in page
    archive = client.get(f"{answer.location}/proofs.zip")
    assert len(zipfile.ZipFile(io.BytesIO(archive.data)).namelist()) == 4
    with app.app_context():
        actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["proofs.issued", "proofs.exported"]


def test_second_issue_while_one_runs_is_refused_with_words(client, training):
    address = f"/staff/trainings/{training.public_id}/proofs/issue"
    client.post(address)
    answer = client.post(address)
    assert (answer.status_code, "请等它完成" in answer.text) == (409, True)


def test_running_batch_can_be_cancelled(app, client, training):
    address = client.post(f"/staff/trainings/{training.public_id}/proofs/issue").location
    assert client.post(f"{address}/cancel").status_code == 303
    assert "已取消" in client.get(address).text
    with app.app_context():
        assert work() == 0


def test_training_that_is_not_over_has_no_button(app, client, organisation):
    with app.app_context():
        training = make_held(organisation, state=TrainingState.PUBLISHED)
    page = client.get(f"/staff/trainings/{training.public_id}/proofs").text
    assert "最后一节结束" in page
    assert "proofs/issue" not in page
    assert client.post(f"/staff/trainings/{training.public_id}/proofs/issue").status_code == 409


def test_proof_is_replaced_and_revoked_with_reasons(app, client, training):
    with app.app_context():
        issue_all(training)
        proof = db.session.scalars(select(Proof)).first()

        def correct():
            db.session.get_one(Attendee, proof.attendee_id).name = "改正后"

        unit_of_work(correct)
    address = f"/staff/proofs/{proof.number}"
    assert client.post(f"{address}/replace", data={"note": ""}).status_code == 422
    new = client.post(f"{address}/replace", data={"note": "姓名有误"}).location
    assert "改正后" in client.get(new).text
    assert new.rpartition("/")[2] in client.get(address).text
    assert client.get(f"{address}.pdf").status_code == 409
    assert client.get(f"{new}.pdf").data.startswith(b"%PDF-")
    for wrong in (
        {"remark": "原因"},
        {"reason": "replaced", "remark": "原因"},
        {"reason": "mistake"},
    ):
        assert client.post(f"{new}/revoke", data=wrong).status_code == 422
    good = {"reason": "mistake", "remark": "发错人"}
    assert client.post(f"{new}/revoke", data=good).status_code == 303
    page = client.get(new).text
    assert "发错人" in page
    assert "撤销原因（核验页面会显示）" not in page
    assert client.post(f"{new}/revoke", data=good).status_code == 409


def test_list_is_searched_by_name_enterprise_and_number(app, client, training):
    with app.app_context():
        issue_all(training)
        name = db.session.scalars(select(Attendee.name).order_by(Attendee.id)).first()
    address, [first, *_others] = f"/staff/trainings/{training.public_id}/proofs", numbers(app)
    for text, found in ((name, 1), (first.lower(), 1), ("示例企业", 3), ("查无此人", 0)):
        page = client.get(address, query_string={"q": text}).text
        assert len(set(re.findall(r"/staff/proofs/(PX-[\w-]+)\"", page))) == found


def test_enterprise_has_its_proofs_as_one_document(app, client, training):
    with app.app_context():
        issue_all(training)
        registration = db.session.scalars(
            select(Registration.public_id).order_by(Registration.id)
        ).first()
    page = client.get(f"/staff/trainings/{training.public_id}/proofs").text
    address = f"/staff/trainings/{training.public_id}/proofs/of/{registration}.pdf"
    assert address in page
    assert client.get(address).data.startswith(b"%PDF-")


def test_texts_are_changed_with_every_fault_named_at_once(client, organisation):
    bad = TEXTS | {"title": "国家资格证书", "body": "{姓名}{手机号}"}
    answer = client.post("/staff/proofs/template", data=bad)
    assert answer.status_code == 422
    for words in ("“国家”", "“资格证”", "{手机号}", "{课程}", "{学时}"):
        assert words in answer.text
    assert client.post("/staff/proofs/template", data=TEXTS).status_code == 303
    assert "第1版" in client.get("/staff/proofs/template").text


def test_sample_is_printed_without_storing_and_checked_like_the_rest(client, organisation):
    address = "/staff/proofs/template/sample.pdf"
    assert client.post(address, data=TEXTS).data.startswith(b"%PDF-")
    assert "系统默认文字" in client.get("/staff/proofs/template").text
    assert client.post(address, data=TEXTS | {"title": "全国证书"}).status_code == 422


def test_issuers_own_name_and_programme_may_bear_the_words(app, client):
    with app.app_context():
        organisation = makers.make_organisation("中国质量示例中心")
        makers.sign_in(client, makers.make_staff(Role.ORGANISER, organisation=organisation))
    good = TEXTS | {"signer": "中国质量示例中心培训部"}
    assert client.post("/staff/proofs/template", data=good).status_code == 303
    bad = TEXTS | {"signer": "中国质量中心培训部"}
    assert client.post("/staff/proofs/template", data=bad).status_code == 422


def test_supervisor_reads_and_changes_nothing(app, training, organisation):
    reader = app.test_client()
    with app.app_context():
        makers.sign_in(reader, makers.make_staff(Role.SUPERVISOR, organisation=organisation))
        issue_all(training)
    address = f"/staff/trainings/{training.public_id}/proofs"
    [number, *_others] = numbers(app)
    for path in (address, f"/staff/proofs/{number}", f"/staff/proofs/{number}.pdf"):
        assert reader.get(path).status_code == 200
    assert '<form method="post" class="gb-form"' not in reader.get(f"/staff/proofs/{number}").text
    for path in (f"{address}/issue", f"/staff/proofs/{number}/revoke", "/staff/proofs/template"):
        assert reader.post(path).status_code == 403


def test_foreign_proofs_are_not_found(app, client, organisation):
    with app.app_context():
        other = make_held()
        make_people(other, 1)
        batch = order(other)
        issue_all(other)
    [number] = numbers(app)
    address = f"/staff/trainings/{other.public_id}/proofs"
    for path in (address, f"/staff/proofs/batches/{batch}", f"/staff/proofs/{number}"):
        assert client.get(path).status_code == 404


def test_list_costs_the_same_with_one_proof_and_with_many(app, client, organisation):
    with app.app_context():
        training = make_held(organisation)
        make_people(training, 1)
        issue_all(training)
    address = f"/staff/trainings/{training.public_id}/proofs"
    client.get(address)
    with_one = cost(app, client, address)
    with app.app_context():
        make_people(training, 15)
        make_people(training, 5, passed=False)
        issue_all(training)
    assert cost(app, client, address) == with_one


def cost(app, client, address: str) -> int:
    seen: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len([one for one in seen if one.startswith(("SELECT", "WITH"))])
