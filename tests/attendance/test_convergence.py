"""A set of scans gives the same attendance in any order, any batches, any number of times."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from app.attendance import invariants
from app.attendance.commands.scans import record_scans
from app.attendance.models import Attendance, Credit, Fact
from app.kit.database import db, unit_of_work
from app.trainings.models import Lesson
from tests.attendance.people import NINE, make_attendees, make_desk, make_morning, scan, scanner

AT_THE_END = NINE + timedelta(hours=4)
COLUMNS = ("attendee_id", "credit", "minutes", "first_in_at", "first_in_desk_id", "last_out_at",
           "is_inside", "is_conflict")  # fmt: skip


def violations() -> list[str]:
    return [f"{one.rule}: {one.detail}" for check in invariants.CHECKS for one in check(AT_THE_END)]


def attendance() -> list[tuple]:
    rows = db.session.scalars(select(Attendance).order_by(Attendance.attendee_id)).all()
    return [tuple(getattr(row, name) for name in COLUMNS) for row in rows]


def forget(lesson) -> None:
    def work():
        db.session.execute(delete(Attendance))
        db.session.execute(delete(Fact))
        db.session.execute(update(Lesson).values(feed_sequence=0))

    unit_of_work(work)


def uploads(rng: random.Random, scans: list) -> list[tuple]:
    """Deal the scans into batches in a random order, some batches twice."""
    waiting = list(scans)
    rng.shuffle(waiting)
    batches = []
    while waiting:
        size = rng.randint(1, 12)
        batches.append(waiting[:size])
        waiting = waiting[size:]
    batches += rng.sample(batches, len(batches) // 3)
    rng.shuffle(batches)
    return batches


@pytest.mark.parametrize("seed", range(4))
def test_three_desks_converge_in_any_order_of_uploads(context, seed):
    rng = random.Random(seed)
    training = make_morning()
    [lesson] = training.lessons
    codes = [code for _, code in make_attendees(training, 8)]
    desks = [scanner(make_desk(lesson, f"{number}号门")) for number in (1, 2, 3)]
    scans = [
        (
            desk,
            scan(rng.choice([*codes, "nonsense"]), rng.randint(-130, 239), out=rng.random() < 0.4),
        )
        for desk in desks
        for _ in range(25)
    ]
    outcomes = []
    for _ in range(3):
        forget(lesson)
        for batch in uploads(rng, scans):
            for desk in desks:
                mine = [one for by, one in batch if by is desk]
                if mine:
                    unit_of_work(
                        lambda mine=mine, desk=desk: record_scans(
                            lesson.id, mine, by=desk, now=AT_THE_END
                        )
                    )
        db.session.expire_all()
        outcomes.append(attendance())
        assert violations() == []
    assert outcomes[1:] == outcomes[:1] * 2, f"seed {seed}"


@pytest.fixture
def kept(context):
    training = make_morning()
    [lesson] = training.lessons
    scans = [scan(code) for _, code in make_attendees(training, 3)]
    by = scanner(make_desk(lesson))
    unit_of_work(lambda: record_scans(lesson.id, scans, by=by, now=AT_THE_END))
    return lesson


def break_it(statement) -> None:
    unit_of_work(lambda: db.session.execute(statement))
    db.session.expire_all()


@pytest.mark.parametrize(
    ("statement", "rules"),
    [
        (
            update(Fact).where(Fact.sequence == 2).values(occurred_at=NINE - timedelta(hours=1)),
            {"fact chain verifies"},
        ),
        (
            delete(Fact).where(Fact.sequence == 2),
            {
                "fact chain verifies",
                "feed sequence gapless",
                "attendance is the fold of its facts",
            },
        ),
        (
            delete(Fact).where(Fact.sequence == 3),
            {"feed sequence gapless", "attendance is the fold of its facts"},
        ),
        (
            update(Attendance).values(credit=Credit.EXCUSED),
            {"attendance is the fold of its facts"},
        ),
        (delete(Attendance), {"attendance is the fold of its facts"}),
        (update(Lesson).values(feed_sequence=9), {"feed sequence gapless"}),
    ],
)
def test_what_was_tampered_with_is_named(kept, statement, rules):
    assert violations() == []
    break_it(statement)
    assert {one.partition(":")[0] for one in violations()} == rules
