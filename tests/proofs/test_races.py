"""Two who issue at once give each person one proof; without the guards they give two."""

from __future__ import annotations

import contextlib
import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.kit.database import db
from app.proofs.commands import issuing
from app.proofs.models import Proof
from app.proofs.queries import candidates
from app.trainings import queries as trainings
from tests.proofs.scene import issue_all, make_held, make_people

PEOPLE = 12
INDEX = "ix_proof_training_id_attendee_id"
MAKE_INDEX = (
    f"CREATE UNIQUE INDEX {INDEX} ON proof (training_id, attendee_id) WHERE revoked_at IS NULL"
)


def both_at_once(app, training) -> list[object]:
    """Issue in two threads that meet after reading who waits; give what each answered."""
    answers: list[object] = []

    def act() -> None:
        with app.app_context():
            try:
                answers.append(issue_all(training))
            except IntegrityError:
                answers.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=act) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def proofs_of(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(Proof.id)))


@pytest.fixture
def training(app):
    with app.app_context():
        training = make_held()
        make_people(training, PEOPLE)
        db.session.remove()
    return training


@pytest.fixture
def meeting(monkeypatch, engine_name):
    """Let both read before either writes, where the engine lets two in at all."""
    if engine_name != "postgresql":
        return
    barrier, reading = threading.Barrier(2), candidates.next_to_issue

    def next_to_issue(*args, **values):
        found = reading(*args, **values)
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(1.5)  # broken when the lock keeps the other one out: that is the promise
        return found

    monkeypatch.setattr(candidates, "next_to_issue", next_to_issue)


@pytest.fixture
def unlocked(monkeypatch):
    """Take the lock on the training away."""
    loading = trainings.get

    def get(*args, lock=False, **values):
        return loading(*args, **values)

    monkeypatch.setattr(issuing.trainings, "get", get)


def test_two_who_issue_at_once_give_one_proof_each(app, training, meeting):
    assert sorted(both_at_once(app, training)) == [0, PEOPLE]
    assert proofs_of(app) == PEOPLE


def test_without_the_lock_the_index_is_the_last_judge(
    app, training, meeting, unlocked, engine_name
):
    answers = both_at_once(app, training)
    assert proofs_of(app) == PEOPLE
    if engine_name == "postgresql":
        assert set(answers) == {PEOPLE, "refused"}


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_without_lock_and_index_people_get_two(app, training, meeting, unlocked):
    """The negative control: this scene can go wrong."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(f"DROP INDEX {INDEX}"))
    try:
        both_at_once(app, training)
        assert proofs_of(app) == 2 * PEOPLE
    finally:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("DELETE FROM proof"))
            connection.execute(text(MAKE_INDEX))
