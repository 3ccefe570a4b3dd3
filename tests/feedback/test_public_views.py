"""One page on a phone: asked once, nothing typed is lost, only who attended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.attendance.models import Credit
from app.feedback.models import Feedback
from app.kit.database import db
from tests import makers
from tests.attendance.people import make_attendee
from tests.feedback.answers import GOOD, make_attended, make_past_training


@pytest.fixture
def inside(app):
    """Do something at the database, outside of any request."""

    def run(work, *arguments, **values):
        with app.app_context():
            return work(*arguments, **values)

    return run


@pytest.fixture
def code(inside) -> str:
    """The code of somebody who attended yesterday."""
    return inside(lambda: make_attended(make_past_training())[0][1])


def answers(inside):
    return inside(lambda: db.session.scalars(select(Feedback)).all())


def test_page_asks_five_scores_and_three_questions(client, code):
    page = client.get(f"/t/{code}/feedback").text
    assert page.count('type="radio"') == 25
    assert page.count("<textarea") == 3
    assert "非常不满意" in page
    assert "Very poor" in client.get(f"/t/{code}/feedback?lang=en").text


def test_submit_stores_the_answers_and_thanks(client, code, inside):
    sent = GOOD | {"most_useful": " 过程方法 ", "to_improve": "", "needs": "内审"}
    answer = client.post(f"/t/{code}/feedback", data=sent)
    assert answer.status_code == 303
    assert "感谢您的评价" in client.get(answer.location).text
    (stored,) = answers(inside)
    scores = (stored.content, stored.trainer, stored.organisation, stored.effect, stored.overall)
    assert scores == (5, 4, 3, 2, 5)
    assert (stored.most_useful, stored.to_improve, stored.needs) == ("过程方法", "", "内审")


def test_submit_with_faults_names_all_and_keeps_what_was_typed(client, code, inside):
    sent = {"content": "4", "trainer": "9", "needs": "<b>内审</b>", "to_improve": "长" * 1001}
    answer = client.post(f"/t/{code}/feedback", data=sent)
    assert answer.status_code == 422
    for question in ("讲师", "组织安排", "培训效果", "总体评价"):
        assert f"请给“{question}”打分" in answer.text
    assert "请给“课程内容”打分" not in answer.text
    assert "最多1000个字符" in answer.text
    assert "&lt;b&gt;内审&lt;/b&gt;" in answer.text
    assert 'name="content" value="4" checked' in answer.text
    assert answers(inside) == []


def test_submit_twice_keeps_the_first_and_thanks_again(client, code, inside):
    client.post(f"/t/{code}/feedback", data=GOOD)
    answer = client.post(f"/t/{code}/feedback", data=GOOD | {"overall": "1"})
    assert answer.status_code == 303
    assert [stored.overall for stored in answers(inside)] == [5]


@pytest.mark.parametrize("credit", [Credit.ABSENT, Credit.EXCUSED, None])
def test_who_did_not_attend_is_told_so(client, inside, credit):
    def make() -> str:
        training = make_past_training()
        if credit is None:
            return make_attendee(training)[1]
        return make_attended(training, credit=credit)[0][1]

    code = inside(make)
    page = client.get(f"/t/{code}/feedback")
    assert (page.status_code, "只有签到参加过的人员可以评价" in page.text) == (409, True)
    posted = client.post(f"/t/{code}/feedback", data=GOOD | {"needs": "内审"})
    assert (posted.status_code, "内审" in posted.text) == (409, True)
    assert answers(inside) == []


def test_who_attended_in_part_may_answer(client, inside):
    code = inside(lambda: make_attended(make_past_training(), credit=Credit.PARTIAL)[0][1])
    assert client.get(f"/t/{code}/feedback").status_code == 200


def test_before_the_lesson_ends_nobody_is_asked(client, inside):
    code = inside(lambda: make_attended(makers.make_training(starts_at=datetime.now(UTC)))[0][1])
    assert "课程结束后即可评价" in client.get(f"/t/{code}/feedback").text


def test_a_month_later_nobody_is_asked(client, inside):
    long_ago = datetime.now(UTC) - timedelta(days=31)
    code = inside(lambda: make_attended(makers.make_training(starts_at=long_ago))[0][1])
    assert "评价已于培训结束30天后截止" in client.get(f"/t/{code}/feedback").text


def test_a_forged_code_is_not_found(client, code):
    assert client.get(f"/t/{code[:-1]}x/feedback").status_code == 404
    assert client.post(f"/t/{code[:-1]}x/feedback", data=GOOD).status_code == 404
