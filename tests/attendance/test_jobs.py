"""Records follow the times and the rule of their lesson when these are changed afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.attendance import invariants
from app.attendance.commands.scans import record_scans
from app.attendance.jobs import refold_lessons_that_changed
from app.attendance.models import Attendance, Credit
from app.kit import clock
from app.kit.database import db, unit_of_work
from tests.attendance.people import make_attendee, make_desk, scan, scanner
from tests.makers import make_training, save


@pytest.fixture
def lesson(context):
    now = clock.now().replace(microsecond=0)
    training = make_training(starts_at=now - timedelta(hours=3))
    [lesson] = training.lessons
    _, code = make_attendee(training)
    scans = [scan(code, lesson.starts_at), scan(code, now - timedelta(hours=2), out=True)]
    by = scanner(make_desk(lesson))
    unit_of_work(lambda: record_scans(lesson.id, scans, by=by, now=now))
    return training


def credit_now() -> Credit:
    db.session.expire_all()
    return db.session.scalars(select(Attendance.credit)).one()


def test_nothing_is_folded_again_while_nothing_changed(lesson):
    assert (refold_lessons_that_changed(), credit_now()) == (0, Credit.PARTIAL)


def test_a_changed_rule_is_applied_once(lesson):
    lesson.required_percent = 30
    save(lesson)
    assert (refold_lessons_that_changed(), credit_now()) == (1, Credit.PRESENT)
    assert refold_lessons_that_changed() == 0
    assert [found for check in invariants.CHECKS for found in check(clock.now())] == []


def test_a_moved_lesson_is_folded_on_its_new_times(lesson):
    lesson.lessons[0].ends_at -= timedelta(hours=1, minutes=30)
    lesson.moved_at = clock.now()
    save(lesson)
    assert (refold_lessons_that_changed(), credit_now()) == (1, Credit.PRESENT)
    assert refold_lessons_that_changed() == 0
