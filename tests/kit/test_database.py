"""The one place that commits."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.kit.database import db, unit_of_work
from app.kit.errors import Unavailable
from app.trainings.models import Training
from tests import makers


def test_unit_of_work_when_the_work_fails_then_nothing_is_kept(context):
    training = makers.make_training()

    def fail() -> None:
        row = db.session.get_one(Training, training.id)
        row.title = "changed"
        db.session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        unit_of_work(fail)
    assert db.session.scalar(select(Training.title)) == "质量管理体系贯标实务"


def test_unit_of_work_when_the_database_is_busy_then_the_work_is_done_again(context):
    class Locked(Exception):
        sqlstate = "40P01"

    tries = []

    def work() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("", {}, Locked("deadlock"))
        return 7

    assert unit_of_work(work) == 7
    assert len(tries) == 3


def test_unit_of_work_when_the_database_stays_busy_then_it_is_unavailable(context):
    def work() -> None:
        raise OperationalError("", {}, Exception("database is locked"))

    with pytest.raises(Unavailable):
        unit_of_work(work)
