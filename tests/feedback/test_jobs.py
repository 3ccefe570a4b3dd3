"""Open answers go three years after the training; scores and figures stay."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.audit.models import AuditEntry
from app.feedback import jobs, queries
from app.feedback.invariants import words_past_their_time_are_gone
from app.kit.database import db
from app.kit.retention import GRACE
from tests.conftest import NOON
from tests.feedback.answers import make_answers
from tests.makers import make_organisation, make_training

WORDS = {"most_useful": "金丝雀甲", "to_improve": "金丝雀乙", "needs": "金丝雀丙"}


def end_of(training):
    return training.ends_at.replace(year=training.ends_at.year + 3)


def words_of(training):
    return [text for texts in queries.list_texts(training).values() for text in texts]


def test_figures_are_the_same_before_and_after_and_words_are_gone(context):
    organisation = make_organisation()
    training = make_training(organisation)
    younger = make_training(organisation, starts_at=NOON + timedelta(days=90))
    make_answers(training, 6, **WORDS)
    make_answers(younger, 6, **WORDS)
    before = queries.summary(training), queries.summary(younger)
    assert jobs.purge_answers_past_retention(now=end_of(training)) == 6
    db.session.expire_all()
    assert (queries.summary(training), queries.summary(younger)) == before
    assert words_of(training) == []
    assert len(words_of(younger)) == 18
    assert "金丝雀" not in str(list(queries.iterate_answers(training)))
    assert jobs.purge_answers_past_retention(now=end_of(training)) == 0


def test_a_moment_before_the_end_nothing_is_emptied(context):
    training = make_training()
    make_answers(training, 2, **WORDS)
    assert jobs.purge_answers_past_retention(now=end_of(training) - timedelta(seconds=1)) == 0
    assert len(words_of(training)) == 6


def test_batches_are_counted_together_and_noted_without_words(context, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 2)
    training = make_training()
    make_answers(training, 3, **WORDS)
    assert jobs.purge_answers_past_retention(now=end_of(training)) == 3
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "retention.answers_emptied")
    ).all()
    assert sorted(entry.details["answers"] for entry in entries) == [1, 2]


def test_the_invariant_gives_the_job_one_day(context):
    training = make_training()
    make_answers(training, 2, **WORDS)
    at = end_of(training) + GRACE
    assert list(words_past_their_time_are_gone(at - timedelta(seconds=1))) == []
    assert len(list(words_past_their_time_are_gone(at))) == 2
    jobs.purge_answers_past_retention(now=at)
    assert list(words_past_their_time_are_gone(at)) == []
