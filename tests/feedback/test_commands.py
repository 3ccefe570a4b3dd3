"""One answer each, also when two come at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from app.feedback import commands, invariants, queries
from app.feedback.errors import AlreadyAnswered
from app.feedback.rules import Answers, Dimension, OpenQuestion
from app.kit.database import db, unit_of_work
from tests.attendance.people import make_attendee
from tests.conftest import NOON
from tests.feedback.answers import make_answers, make_attended, make_past_training

ANSWERS = Answers(scores=dict.fromkeys(Dimension, 4), texts=dict.fromkeys(OpenQuestion, ""))


def test_submit_by_two_at_once_keeps_one(app, monkeypatch):
    """Both have looked before either writes: the constraint decides."""
    with app.app_context():
        training = make_past_training()
        attendee_key = make_attended(training)[0][0].id
        now = training.ends_at
    meeting = threading.Barrier(2, timeout=20)
    standing_of = queries.get_standing

    def look_and_meet(key):
        found = standing_of(key)
        if db.engine.dialect.name == "postgresql" and not met.is_set():
            meeting.wait()
            met.set()
        return found

    met = threading.Event()
    monkeypatch.setattr(queries, "get_standing", look_and_meet)
    came = []

    def send() -> None:
        with app.app_context():
            try:
                unit_of_work(lambda: commands.submit(attendee_key, ANSWERS, language="zh", now=now))
                came.append("taken")
            except AlreadyAnswered:
                came.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(came) == ["refused", "taken"]


def test_summary_below_five_answers_tells_nothing(context):
    training = make_past_training()
    make_answers(training, 4)
    found = queries.summary(training)
    assert (found.count, found.attended, found.dimensions) == (None, 4, ())


def test_summary_counts_only_this_training(context):
    training, other = make_past_training(), make_past_training()
    make_answers(training, 5)
    make_answers(training, 5, overall=2)
    make_answers(other, 7)
    make_attended(training, 2)
    found = queries.summary(training)
    assert (found.count, found.attended) == (10, 12)
    overall = found.dimensions[-1]
    assert (overall.mean, overall.satisfied_percent) == (3.5, 50.0)
    assert overall.counts == (5, 0, 0, 5, 0)


def test_list_texts_is_in_the_same_order_each_time_and_not_by_time(context):
    training = make_past_training()
    make_answers(training, 12, needs="需求")
    found = queries.list_texts(training)
    assert queries.list_texts(training) == found
    assert sorted(found[OpenQuestion.NEEDS]) == sorted(f"需求{n}" for n in range(12))
    assert found[OpenQuestion.MOST_USEFUL] == []


def test_invariants_find_answers_of_people_who_were_not_there(context):
    training = make_past_training()
    make_answers(training, 2)
    assert [v for check in invariants.CHECKS for v in check(NOON)] == []
    absent, _code = make_attendee(training)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "ensure_may_answer", lambda *_: None)
        unit_of_work(
            lambda: commands.submit(
                absent.id, ANSWERS, language="zh", now=training.ends_at + timedelta(days=1)
            )
        )
    found = [violation.rule for check in invariants.CHECKS for violation in check(NOON)]
    assert found == ["feedback.attended"]
