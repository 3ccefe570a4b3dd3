"""What a whole training counts: one line per confirmed attendee, by the rule in force."""

from __future__ import annotations

import pytest

from app.attendance.commands.scans import record_scans
from app.attendance.models import RuleVersion
from app.attendance.queries.outcomes import list_outcomes
from app.attendance.rules.policy import Policy
from app.kit.database import unit_of_work
from app.kit.errors import NotFound
from app.registrations.models import AttendeeState
from tests.attendance.people import (
    NINE,
    make_attendee,
    make_desk,
    make_morning,
    scan,
    scanner,
)
from tests.makers import NOON, save


@pytest.fixture
def training(context):
    return make_morning(lesson_count=2)


def come(training, number: int, *codes: str) -> None:
    lesson = training.lessons[number]
    scans = [scan(code, lesson.starts_at) for code in codes]
    by = scanner(make_desk(lesson))
    unit_of_work(lambda: record_scans(lesson.id, scans, by=by, now=lesson.ends_at))


def rule(training, number: int, **values) -> None:
    save(
        RuleVersion(
            organisation_id=training.organisation_id,
            training_id=training.id,
            number=number,
            content=Policy(**values).content(),
            created_at=NOON,
        )
    )


def test_every_lesson_counts_unless_the_rule_says_otherwise(training):
    both, first = make_attendee(training), make_attendee(training)
    never = make_attendee(training)
    come(training, 0, both[1], first[1])
    come(training, 1, both[1])
    found = list_outcomes(training.id)
    assert [one.attendee_id for one in found] == [both[0].id, first[0].id, never[0].id]
    assert [(one.is_passed, one.lessons_present, one.minutes) for one in found] == [
        (True, 2, 360),
        (False, 1, 180),
        (False, 0, 0),
    ]
    assert found[1].why == "共2节，出席1节，要求出席2节"
    rule(training, 1, lessons_percent=50)
    assert [one.is_passed for one in list_outcomes(training.id)] == [True, True, False]
    rule(training, 2)
    assert [one.is_passed for one in list_outcomes(training.id)] == [True, False, False]


def test_who_has_no_place_has_no_outcome(training):
    attendee, code = make_attendee(training)
    come(training, 0, code)
    attendee.state = AttendeeState.CANCELLED
    save(attendee)
    make_attendee(make_morning(title="另一场"))
    assert list_outcomes(training.id) == []


def test_a_training_that_is_not_there(context):
    with pytest.raises(NotFound):
        list_outcomes(NINE.year)
