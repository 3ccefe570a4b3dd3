"""Changing a rule: a version with a reason, everybody judged again, and what is seen before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import Role
from app.attendance import invariants
from app.attendance.commands.policies import change_rule
from app.attendance.commands.scans import record_scans
from app.attendance.errors import AttendanceLocked, RuleUnchanged
from app.attendance.jobs import refold_lessons_that_changed
from app.attendance.models import Attendance, Credit, RuleVersion
from app.attendance.queries.policies import get_in_force, list_versions
from app.attendance.queries.previews import preview
from app.attendance.rules.policy import Policy, default_policy
from app.audit.models import AuditEntry
from app.kit.database import db, unit_of_work
from app.kit.errors import NotFound
from app.trainings.models import Channel, Mode, TrainingState
from tests.attendance.people import make_attendee, make_desk, scan, scanner
from tests.makers import SOMEBODY, make_organisation, make_staff, make_training, save, sign_in

LONG, SHORT = 170, 100  # minutes of a lesson of 180


class Scene:
    """One lesson: one stayed long, one left early (online), one never came."""

    def __init__(self) -> None:
        self.organisation = make_organisation()
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.staff = make_staff(Role.ORGANISER, organisation=self.organisation, name="示例组织者")
        self.training = make_training(
            self.organisation, mode=Mode.HYBRID, starts_at=self.now - timedelta(hours=4)
        )
        [self.lesson] = self.training.lessons
        self.long, code = make_attendee(self.training, name="留到最后")
        self.short, other = make_attendee(self.training, name="提前离开", channel=Channel.ONLINE)
        make_attendee(self.training, name="没有来")
        begins = self.lesson.starts_at
        scans = [
            scan(code, begins),
            scan(code, begins + timedelta(minutes=LONG), out=True),
            scan(other, begins),
            scan(other, begins + timedelta(minutes=SHORT), out=True),
        ]
        by = scanner(make_desk(self.lesson))
        unit_of_work(lambda: record_scans(self.lesson.id, scans, by=by, now=self.now))

    def change(self, policy: Policy, **values) -> int:
        given = {
            "reason": "按主办方要求",
            "organisation_id": self.organisation.id,
            "staff_id": self.staff.id,
            "by": SOMEBODY,
            "now": self.now,
        } | values
        return unit_of_work(lambda: change_rule(self.training.public_id, policy, **given))


@pytest.fixture
def scene(context):
    return Scene()


def credits_now() -> list[str]:
    db.session.expire_all()
    return db.session.scalars(select(Attendance.credit).order_by(Attendance.attendee_id)).all()


def violations() -> list:
    return [one for check in invariants.CHECKS for one in check(datetime.now(UTC))]


def test_a_new_version_judges_everybody_again(scene):
    assert credits_now() == [Credit.PRESENT, Credit.PARTIAL]
    assert scene.change(Policy(amount=95)) == 1
    assert credits_now() == [Credit.PARTIAL, Credit.PARTIAL]
    assert scene.change(Policy(amount=50)) == 2
    assert credits_now() == [Credit.PRESENT, Credit.PRESENT]
    evidence = db.session.scalars(select(Attendance.evidence)).first()
    assert (evidence["policy"], evidence["rule"]["amount"], evidence["needed"]) == (2, 50, 90)
    assert violations() == []
    assert refold_lessons_that_changed() == 0


def test_versions_keep_who_and_why(scene):
    assert get_in_force(scene.training.id).policy == default_policy(60)
    scene.change(Policy(amount=95))
    scene.change(Policy(amount=90), reason="讲师迟到")
    told = [(one.number, one.reason, one.staff) for one in list_versions(scene.training.id)]
    assert told == [(2, "讲师迟到", "示例组织者"), (1, "按主办方要求", "示例组织者")]
    entry = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == "attendance.rule_changed")
        .order_by(AuditEntry.id)
    ).all()[1]
    assert (entry.details["number"], entry.details["amount"], entry.details["records"]) == (
        2,
        90,
        2,
    )


def test_the_rule_of_one_training_judges_no_other(scene):
    scene.change(Policy(amount=10))
    other = Scene()
    evidence = db.session.scalars(
        select(Attendance.evidence).where(Attendance.lesson_id == other.lesson.id)
    ).all()
    assert [one["policy"] for one in evidence] == [0, 0]
    assert credits_now() == [Credit.PRESENT, Credit.PRESENT, Credit.PRESENT, Credit.PARTIAL]


def test_those_online_have_a_share_of_their_own(scene):
    scene.change(Policy(amount=60, online_percent=50))
    assert credits_now() == [Credit.PRESENT, Credit.PRESENT]
    scene.change(Policy(amount=60, online_percent=90))
    assert credits_now() == [Credit.PRESENT, Credit.PARTIAL]
    assert violations() == []


def test_scans_after_the_change_are_judged_by_it(scene):
    scene.change(Policy(amount=10, needs_exit=True, online_percent=99))
    _, code = make_attendee(scene.training)
    _, other = make_attendee(scene.training, channel=Channel.ONLINE)
    begins, by = scene.lesson.starts_at, scanner(make_desk(scene.lesson))
    scans = [
        scan(code, begins),
        scan(code, begins + timedelta(minutes=20), out=True),
        scan(other, begins),
        scan(other, begins + timedelta(minutes=170), out=True),
    ]
    unit_of_work(lambda: record_scans(scene.lesson.id, scans, by=by, now=scene.now))
    assert credits_now()[2:] == [Credit.PRESENT, Credit.PARTIAL]
    assert violations() == []


@pytest.mark.parametrize("state", [TrainingState.CLOSED, TrainingState.CANCELLED])
def test_a_closed_training_keeps_its_rule(scene, state):
    scene.training.state = state
    scene.training.closed_at = scene.training.cancelled_at = scene.now
    save(scene.training)
    with pytest.raises(AttendanceLocked):
        scene.change(Policy(amount=95))
    assert db.session.scalar(select(func.count(RuleVersion.id))) == 0
    assert credits_now() == [Credit.PRESENT, Credit.PARTIAL]


def test_the_same_rule_is_no_new_version(scene):
    with pytest.raises(RuleUnchanged):
        scene.change(default_policy(60))


def test_a_foreign_training_is_not_there(scene):
    with pytest.raises(NotFound):
        scene.change(Policy(amount=95), organisation_id=make_organisation().id)


def test_the_percentage_of_the_training_no_longer_matters(scene):
    scene.change(Policy(amount=95))
    scene.training.required_percent = 10
    save(scene.training)
    assert refold_lessons_that_changed() == 0
    assert credits_now() == [Credit.PARTIAL, Credit.PARTIAL]


def test_records_of_an_older_version_are_found_and_folded_again(scene):
    row = RuleVersion(
        organisation_id=scene.organisation.id,
        training_id=scene.training.id,
        number=1,
        content=Policy(amount=95).content(),
        created_at=scene.now,
    )
    save(row)  # a scan that was under way while the rule changed
    assert (refold_lessons_that_changed(), credits_now()) == (1, [Credit.PARTIAL] * 2)
    assert refold_lessons_that_changed() == 0


def test_the_preview_says_who_changes_and_writes_nothing(scene):
    tried = preview(scene.training, Policy(amount=95))
    assert tried.steps == [(Credit.PRESENT, Credit.PARTIAL, 1)]
    assert (tried.passed_now, tried.passed_then, tried.people) == (1, 0, 3)
    [change] = tried.changes.items
    assert (change.name, change.has_passed, change.will_pass) == ("留到最后", True, False)
    assert credits_now() == [Credit.PRESENT, Credit.PARTIAL]
    online = preview(scene.training, Policy(online_percent=50))
    assert [one.name for one in online.changes.items] == ["提前离开"]


def test_what_was_previewed_comes_true(scene):
    policy = Policy(amount=95, needs_exit=True)
    expected = preview(scene.training, policy)
    before = credits_now()
    scene.change(policy)
    happened = [pair for pair in zip(before, credits_now(), strict=True) if pair[0] != pair[1]]
    assert [(was, becomes, 1) for was, becomes in happened] == list(expected.steps)


CHOSEN = {
    "measure": "percent",
    "amount": "95",
    "presence": "entry",
    "sources": ["door_scan", "paper"],
    "lessons_percent": "100",
    "appeal_days": "7",
}


class Web:
    """The scene as seen in a browser."""

    def __init__(self, app, client) -> None:
        self.app, self.client = app, client
        with app.app_context():
            self.scene = Scene()
        self.url = f"/staff/trainings/{self.scene.training.public_id}/rule"

    def enter(self, role: Role) -> None:
        with self.app.app_context():
            sign_in(self.client, make_staff(role, organisation=self.scene.organisation))

    def count(self) -> int:
        with self.app.app_context():
            return db.session.scalar(select(func.count(RuleVersion.id)))


@pytest.fixture
def web(app, client):
    return Web(app, client)


def test_page_previews_then_changes(web, client):
    web.enter(Role.ORGANISER)
    assert "每节在场不少于课时的60%" in client.get(web.url).text
    tried = client.get(web.url, query_string={**CHOSEN, "preview": "yes"}).text
    assert all(text in tried for text in ("留到最后", "1 → 0", "改为未完成"))
    assert "没有来" not in tried
    assert web.count() == 0
    refused = client.post(web.url, data=CHOSEN)
    assert (refused.status_code, "留到最后" in refused.text, web.count()) == (422, True, 0)
    done = client.post(web.url, data={**CHOSEN, "reason": "省局要求"})
    assert (done.status_code, web.count()) == (303, 1)
    page = client.get(web.url).text
    assert all(text in page for text in ("每节在场不少于课时的95%", "省局要求", "第1版"))
    again = client.post(web.url, data={**CHOSEN, "reason": "再来一次"})
    assert (again.status_code, web.count()) == (409, 1)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"amount": "101"}, "按百分比计时不能大于100"),
        ({"amount": ""}, "请填写此项"),
        ({"sources": []}, "请填写此项"),
        ({"sources": ["correction"]}, "请从给出的选项中选择"),
        ({"late_tolerance_minutes": "999"}, "数值不能大于120"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(web, client, wrong, told):
    web.enter(Role.ORGANISER)
    answer = client.get(web.url, query_string={**CHOSEN, **wrong, "preview": "yes"})
    assert (answer.status_code, told in answer.text) == (422, True)
    sent = client.post(web.url, data={**CHOSEN, **wrong, "reason": "原因"})
    assert (sent.status_code, web.count()) == (422, 0)


def test_supervisors_read_and_do_not_change(web, client):
    web.enter(Role.SUPERVISOR)
    page = client.get(web.url, query_string={**CHOSEN, "preview": "yes"})
    assert (page.status_code, "修改规则" in page.text, "留到最后" in page.text) == (
        200,
        False,
        False,
    )
    assert client.post(web.url, data={**CHOSEN, "reason": "原因"}).status_code == 403


def test_what_is_not_mine_is_not_there(web, client):
    web.enter(Role.TRAINER)
    assert client.get(web.url).status_code == 404
    with web.app.app_context():
        sign_in(client, make_staff(Role.ORGANISER))
    sent = {**CHOSEN, "reason": "原因"}
    assert [client.get(web.url).status_code, client.post(web.url, data=sent).status_code] == [
        404,
        404,
    ]
