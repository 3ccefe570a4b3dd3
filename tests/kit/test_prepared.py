"""A prepared SELECT gives what the same SELECT gives by the usual way, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, event, select

from app.kit.database import UtcDateTime, db
from app.kit.prepared import Prepared
from app.trainings.models import Mode, Training, TrainingState
from tests.makers import NOON, make_training

_COLUMNS = (Training.public_id, Training.state, Training.mode, Training.starts_at)
STATEMENT = (
    select(*_COLUMNS)
    .where(
        Training.starts_at >= bindparam("since", type_=UtcDateTime()),
        Training.state != TrainingState.DRAFT,
    )
    .order_by(Training.starts_at)
)


@pytest.fixture
def trainings(context):
    return [make_training(starts_at=NOON + timedelta(days=days)) for days in (1, 2)]


def test_row_is_the_first_one_with_typed_values(trainings):
    since = NOON + timedelta(days=2)
    row = Prepared(STATEMENT).row(since=since)
    assert row == tuple(db.session.execute(STATEMENT, {"since": since}).first())
    assert row == (trainings[1].public_id, TrainingState.PUBLISHED, Mode.ONSITE, since)
    assert row[3].tzinfo is not None


def test_no_row_is_none(trainings):
    assert Prepared(STATEMENT).row(since=NOON + timedelta(days=3)) is None


def test_values_are_parameters_never_text(context):
    make_training()
    statement = Prepared(select(Training.public_id).where(Training.title == bindparam("title")))
    assert statement.row(title="' OR '1'='1") is None


def test_a_thousand_rows_leave_no_connection_taken(trainings):
    prepared, taken = Prepared(STATEMENT), []
    event.listen(db.engine, "checkout", lambda *_: taken.append(1))
    event.listen(db.engine, "checkin", lambda *_: taken.pop())
    for _ in range(1000):
        prepared.row(since=NOON)
    assert taken == []
