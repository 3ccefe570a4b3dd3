"""Lines of a log and their people: matched, decided, made into attendance, changed again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from app.attendance.models import Credit, FactKind, LogLine, Match, PlatformLog
from app.audit.models import AuditEntry
from app.kit.database import db, unit_of_work
from app.registrations.models import Attendee, AttendeeState
from app.trainings.models import Training, TrainingState
from tests.attendance.log_files import TENCENT, xlsx
from tests.attendance.log_scene import Scene, at, three
from tests.attendance.people import NINE, make_attendee, make_morning
from tests.attendance.test_staff_views import statements


@pytest.fixture
def scene(app, client):
    with app.app_context():
        return Scene(app, client)


def test_from_file_to_attendance(scene, client):
    log = scene.read_in(three(scene))
    assert [scene.line(n).match for n in (1, 2, 3)] == [Match.PHONE, Match.NAME, Match.UNMATCHED]
    assert scene.facts() == []
    preview = client.get(f"{log}/apply").text
    assert scene.facts() == []  # looking writes nothing
    assert all(text in preview for text in ("有记录的人", "240", "还有1行没有找到人"))
    done = scene.apply(log)
    assert done.status_code == 303
    assert scene.records() == {
        scene.zhang.id: (60, Credit.PARTIAL),
        scene.li.id: (180, Credit.PRESENT),
    }
    [fact, _] = scene.facts()
    assert (fact.effective_at, fact.ends_at) == (NINE, NINE + timedelta(minutes=60))
    assert (fact.uid.split(":")[0], fact.staff_id is not None) == ("import", True)
    assert scene.violations() == []
    actions = {"attendance.log_received", "attendance.log_read", "attendance.log_applied"}
    assert actions <= set(scene.rows(select(AuditEntry.action)))


def test_applying_again_changes_nothing(scene):
    log = scene.read_in(three(scene))
    scene.apply(log)
    before = [fact.chain_hash for fact in scene.facts()]
    assert "已写入0行" in scene.client.get(scene.apply(log).location).text
    assert [fact.chain_hash for fact in scene.facts()] == before


def test_overlapping_lines_are_united_and_cut_to_the_lesson(scene):
    phone = scene.zhang.phone.removeprefix("+86")
    spans = [(-30, 60), (30, 90), (30, 40), (100, 110), (170, 400), (-90, -60)]
    rows = [["张", phone, at(a), at(b), ""] for a, b in spans]
    scene.apply(scene.read_in(xlsx(TENCENT, *rows)))
    assert scene.records() == {scene.zhang.id: (90 + 10 + 10, Credit.PRESENT)}
    assert len(scene.facts()) == 5  # the line before the lesson proves nothing
    assert scene.violations() == []


def test_summaries_count_no_more_than_the_platforms_own_sum(scene):
    phone = scene.zhang.phone.removeprefix("+86")
    header = ["成员名称", "手机号", "首次入会时间", "最后退会时间", "累计参会时长"]
    scene.apply(scene.read_in(xlsx(header, ["张", phone, at(0), at(180), "0:45:00"])))
    assert scene.records()[scene.zhang.id][0] == 45


def test_a_personal_link_goes_first(scene):
    header = [*TENCENT, "入会链接"]
    link = f"https://example.com/t/{scene.code}?from=live"
    phone = scene.li.phone.removeprefix("+86")
    scene.read_in(xlsx(header, ["王五", phone, at(0), at(60), "", link]))
    line = scene.line(1)
    assert (line.match, line.attendee_id) == (Match.LINK, scene.zhang.id)


def test_suggestions_are_looked_at_by_a_person(scene, client):
    rows = [["张三", None, at(0), at(60), ""], ["同学张三", None, at(60), at(90), ""]]
    log = scene.read_in(xlsx(TENCENT, *rows, ["讲师", None, at(0), at(180), ""]))
    page = client.get(f"{log}?match=suggested").text
    assert "采用本页2条首选建议" in page
    lines = [scene.line(n) for n in (1, 2, 3)]
    pairs = [f"{line.public_id}:{scene.zhang.public_id}" for line in lines[:2]]
    done = client.post(f"{log}?match=suggested", data={"act": "accept", "choice": pairs})
    assert done.status_code == 303
    client.post(log, data={"act": "ignore", "line": lines[2].public_id})
    assert [scene.line(n).match for n in (1, 2, 3)] == [Match.CHOSEN, Match.CHOSEN, Match.IGNORED]
    scene.apply(log)
    assert scene.records() == {scene.zhang.id: (90, Credit.PARTIAL)}
    client.post(log, data={"act": "reopen", "line": lines[2].public_id})
    assert scene.line(3).match is Match.UNMATCHED
    assert scene.violations() == []


def test_accepting_leaves_alone_what_somebody_decided_meanwhile(scene, client):
    log = scene.read_in(xlsx(TENCENT, ["张三", None, at(0), at(60), ""]))
    line = scene.line(1).public_id
    client.post(log, data={"act": "ignore", "line": line})
    client.post(log, data={"act": "accept", "choice": f"{line}:{scene.zhang.public_id}"})
    assert scene.line(1).match is Match.IGNORED


def test_another_person_for_an_applied_line_undoes_and_adds(scene, client):
    log = scene.read_in(three(scene))
    scene.apply(log)
    line = scene.line(1)
    turns = [scene.li, scene.wang, scene.zhang]
    for person in turns:
        client.post(log, data={"act": "choose", "choice": f"{line.public_id}:{person.public_id}"})
    undone = {fact.target_uid for fact in scene.facts(FactKind.UNDO)}
    mine = [fact for fact in scene.facts() if fact.uid.startswith(line.fact_uid[:-2])]
    assert [fact.attendee_id for fact in mine] == [
        scene.zhang.id, scene.li.id, scene.wang.id, scene.zhang.id,
    ]  # fmt: skip
    assert undone == {fact.uid for fact in mine[:3]}
    assert scene.records()[scene.zhang.id] == (60, Credit.PARTIAL)
    assert scene.records()[scene.wang.id] == (0, Credit.ABSENT)
    client.post(log, data={"act": "ignore", "line": line.public_id})
    assert scene.records()[scene.zhang.id] == (0, Credit.ABSENT)
    assert scene.violations() == []


def test_an_ignored_link_comes_back_as_the_first_suggestion(scene, client):
    log = scene.read_in(xlsx([*TENCENT, "参训码"], ["谁", None, at(0), at(60), "", scene.code]))
    line = scene.line(1).public_id
    client.post(log, data={"act": "ignore", "line": line})
    client.post(log, data={"act": "reopen", "line": line})
    again = scene.line(1)
    assert (again.match, again.suggestions) == (Match.SUGGESTED, [scene.zhang.public_id])


def test_only_confirmed_people_get_facts(scene, client):
    with scene.app.app_context():
        unit_of_work(
            lambda: db.session.execute(
                update(Attendee)
                .where(Attendee.id == scene.zhang.id)
                .values(state=AttendeeState.WAITLISTED)
            )
        )
    log = scene.read_in(three(scene))
    assert "1行属于报名尚未确认的人" in client.get(f"{log}/apply").text
    scene.apply(log)
    assert set(scene.records()) == {scene.li.id}
    assert scene.violations() == []


def test_late_registrations_are_found_by_matching_again(scene, client):
    log = scene.read_in(xlsx(TENCENT, ["赵六-示例企业1", None, at(0), at(120), ""]))
    scene.apply(log)
    with scene.app.app_context():
        late, _ = make_attendee(scene.training, name="赵六")
    client.post(log, data={"act": "again"})
    assert scene.line(1).match is Match.NAME
    assert scene.records() == {late.id: (120, Credit.PRESENT)}


def test_people_of_another_training_cannot_be_chosen(scene, client):
    log = scene.read_in(three(scene))
    with scene.app.app_context():
        stranger, _ = make_attendee(make_morning(scene.organisation), name="外人")
    pair = f"{scene.line(3).public_id}:{stranger.public_id}"
    answer = client.post(log, data={"act": "choose", "choice": pair})
    assert (answer.status_code, "只能选择" in answer.text) == (409, True)
    assert "外人" not in client.get(f"{log}?line={scene.line(3).public_id}&q=外").text


def test_search_finds_people_for_a_line(scene, client):
    log = scene.read_in(three(scene))
    page = client.get(f"{log}?line={scene.line(3).public_id}&q=王").text
    assert f"{scene.line(3).public_id}:{scene.wang.public_id}" in page


def test_closing_locks(scene, client):
    log = scene.read_in(three(scene))
    with scene.app.app_context():
        unit_of_work(
            lambda: db.session.execute(update(Training).values(state=TrainingState.CLOSED))
        )
    answers = [
        scene.apply(log),
        client.get(f"{log}/apply"),
        client.post(log, data={"act": "again"}),
        client.post(f"{log}/discard"),
        scene.upload(xlsx(TENCENT, ["新", None, at(0), at(1), ""])),
    ]
    assert [answer.status_code for answer in answers] == [409] * 5
    assert scene.facts() == []


def test_pages_cost_the_same_with_one_line_and_thirty(scene, client):
    few = scene.read_in(xlsx(TENCENT, ["张三", None, at(0), at(60), ""]))
    rows = [["同学张三", None, at(n), at(n + 10), ""] for n in range(30)]
    many = scene.read_in(xlsx(TENCENT, *rows))
    costs = [statements(scene, lambda url=url: client.get(url)) for url in (few, many)]
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "harm",
    [
        lambda: update(LogLine).where(LogLine.number == 1).values(fact_uid=None),
        lambda: update(LogLine).where(LogLine.number == 1).values(fact_uid="import:none:1:1"),
        lambda: update(LogLine).where(LogLine.number == 1).values(attendee_id=None),
        lambda: update(LogLine).where(LogLine.number == 3).values(match=Match.CHOSEN),
        lambda: update(PlatformLog).values(applied_at=None),
        lambda: delete(LogLine).where(LogLine.number == 2),
    ],
)
def test_invariants_notice_lines_and_facts_that_disagree(scene, harm):
    scene.apply(scene.read_in(three(scene)))
    assert scene.violations() == []
    with scene.app.app_context():
        unit_of_work(lambda: db.session.execute(harm()))
    assert {"log lines agree with facts"} == {rule for rule, _ in scene.violations()}
