"""Scans: every verdict is stored, a known uid is answered again, one bad scan stops no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from app.attendance.commands.scans import record_scans
from app.attendance.models import Attendance, Credit, Fact
from app.attendance.queries.roster import feed_sequence
from app.kit import tokens
from app.kit.database import db, unit_of_work
from app.registrations.models import AttendeeState, Ticket
from app.trainings.models import TrainingState
from tests.attendance.people import (
    NINE,
    make_attendee,
    make_attendees,
    make_desk,
    make_morning,
    scan,
    scanner,
)
from tests.makers import make_organisation, save

NOW = NINE + timedelta(minutes=30)


def record(lesson, scans, desk, now=NOW):
    return unit_of_work(lambda: record_scans(lesson.id, scans, by=scanner(desk), now=now))


def verdicts(outcomes):
    return [outcome.verdict for outcome in outcomes]


@pytest.fixture
def door(context):
    training = make_morning()
    [lesson] = training.lessons
    return training, lesson, make_desk(lesson)


def test_first_scan_is_admitted_and_makes_the_record(door):
    training, lesson, desk = door
    attendee, code = make_attendee(training)
    [outcome] = record(lesson, [scan(code, 5)], desk)
    row = db.session.scalars(select(Attendance)).one()
    assert (outcome.verdict, outcome.card.name, outcome.first_in_desk) == (
        "admitted",
        attendee.name,
        "一号门",
    )
    assert (row.attendee_id, row.credit, row.first_in_at, row.minutes) == (
        attendee.id,
        Credit.PRESENT,
        NINE + timedelta(minutes=5),
        175,
    )


def test_address_of_the_ticket_page_counts_as_its_code(door):
    training, lesson, desk = door
    _, code = make_attendee(training)
    scans = [scan(f" https://peixun.example/t/{code}?lang=en "), scan(code, 1)]
    assert verdicts(record(lesson, scans, desk)) == ["admitted", "already_in"]


def test_in_and_out_and_in_again(door):
    training, lesson, desk = door
    _, code = make_attendee(training)
    scans = [
        scan(code, 0, out=True),
        scan(code, 1),
        scan(code, 2),
        scan(code, 60, out=True),
        scan(code, 61, out=True),
        scan(code, 90),
    ]
    outcomes = record(lesson, scans, desk, now=NINE + timedelta(hours=3))
    assert verdicts(outcomes) == ["not_in", "admitted", "already_in", "out", "not_in", "admitted"]
    assert db.session.scalars(select(Attendance.minutes)).one() == 59 + 90


def test_replay_gives_the_stored_verdict_although_the_place_was_cancelled_meanwhile(door):
    training, lesson, desk = door
    attendee, code = make_attendee(training)
    first = scan(code)
    [before] = record(lesson, [first], desk)
    attendee.state = AttendeeState.CANCELLED
    save(attendee)
    [after] = record(lesson, [first], desk)
    assert after == replace(before, is_replayed=True)
    assert db.session.scalar(select(func.count(Fact.id))) == 1
    assert verdicts(record(lesson, [scan(code, 1)], desk)) == ["cancelled"]


def test_replay_after_a_second_person_filled_the_door_is_still_the_first_answer(door):
    training, lesson, desk = door
    _, code = make_attendee(training)
    first = scan(code)
    record(lesson, [first, scan(code, 10, out=True)], desk)
    [again] = record(lesson, [first], make_desk(lesson, "二号门"))
    assert (again.verdict, again.is_replayed, again.first_in_desk) == ("admitted", True, "一号门")


def test_same_uid_with_another_payload_is_a_mismatch_and_the_batch_goes_on(door):
    training, lesson, desk = door
    [(_, one), (_, two)] = make_attendees(training, 2)
    first = scan(one)
    record(lesson, [first], desk)
    changed = [
        replace(first, code=two),
        replace(first, occurred_at=first.occurred_at + timedelta(seconds=1)),
        scan(two),
    ]
    outcomes = record(lesson, changed, desk)
    assert verdicts(outcomes) == ["uid_mismatch", "uid_mismatch", "admitted"]
    assert [outcome.card for outcome in outcomes[:2]] == [None, None]
    assert feed_sequence(lesson.id) == 2


def test_same_uid_twice_in_one_batch_acts_once(door):
    training, lesson, desk = door
    _, code = make_attendee(training)
    first = scan(code)
    outcomes = record(lesson, [first, first, scan(code, 1)], desk)
    assert verdicts(outcomes) == ["admitted", "admitted", "already_in"]
    assert [outcome.is_replayed for outcome in outcomes] == [False, True, False]
    assert sorted(db.session.scalars(select(Fact.sequence))) == [1, 2]
    assert feed_sequence(lesson.id) == 2


def test_a_bad_scan_stops_no_other(door):
    training, lesson, desk = door
    _, code = make_attendee(training)
    scans = [scan("nonsense"), scan("x" * 4000), scan("\u0000\u202e"), scan(code)]
    assert verdicts(record(lesson, scans, desk)) == ["unknown", "unknown", "unknown", "admitted"]


def test_unknown_codes_are_stored_as_a_keyed_hash_only(door):
    _, lesson, desk = door
    record(lesson, [scan("13800138000")], desk)
    fact = db.session.scalars(select(Fact)).one()
    assert (fact.verdict, fact.attendee_id, len(fact.code_hash)) == ("unknown", None, 40)
    assert "13800138000" not in str(vars(fact))


def test_ticket_of_another_training_or_organisation_names_nobody(context):
    organisation = make_organisation()
    training, sibling = make_morning(organisation), make_morning(organisation)
    _, of_sibling = make_attendee(sibling)
    _, foreign = make_attendee(make_morning(make_organisation()))
    [lesson] = training.lessons
    outcomes = record(lesson, [scan(foreign), scan(of_sibling)], make_desk(lesson))
    assert verdicts(outcomes) == ["unknown", "wrong_training"]
    assert [outcome.card for outcome in outcomes] == [None, None]


def test_wrong_date_is_told_from_too_early(context):
    training = make_morning(lesson_count=2)
    first, second = training.lessons
    _, code = make_attendee(training)
    desk = make_desk(second)
    scans = [scan(code, 0), scan(code, 600), scan(code, 60 * 24)]
    late = NINE + timedelta(days=1)
    assert verdicts(record(second, scans, desk, now=late)) == [
        "wrong_lesson",
        "too_early",
        "admitted",
    ]
    assert first.id != second.id


def test_revoked_pending_and_closed(door):
    training, lesson, desk = door
    attendee, old = make_attendee(training)
    ticket = db.session.scalars(select(Ticket).where(Ticket.attendee_id == attendee.id)).one()
    ticket.revoked_at = NINE
    save(ticket)
    _, pending = make_attendee(training, state=AttendeeState.PENDING)
    _, waiting = make_attendee(training, state=AttendeeState.WAITLISTED)
    outcomes = record(lesson, [scan(old), scan(pending), scan(waiting)], desk)
    assert verdicts(outcomes) == ["revoked", "not_confirmed", "not_confirmed"]
    training.state = TrainingState.CLOSED
    save(training)
    _, code = make_attendee(training)
    assert verdicts(record(lesson, [scan(code)], desk)) == ["too_late"]
    flags = db.session.scalars(select(Fact.flags).order_by(Fact.sequence.desc())).first()
    assert flags == ["after_close"]


def test_a_clock_far_ahead_is_not_believed(door):
    training, lesson, desk = door
    [(one, ahead), (_, year_2099)] = make_attendees(training, 2)
    scans = [scan(ahead, 32), scan(year_2099, NINE.replace(year=2099))]
    record(lesson, scans, desk)
    first, second = db.session.scalars(select(Fact).order_by(Fact.sequence))
    assert (first.effective_at, first.flags) == (NINE + timedelta(minutes=32), [])
    assert (second.effective_at, second.flags) == (NOW, ["clock_ahead", "outside_window"])
    assert one.id == first.attendee_id


def test_earlier_scan_uploaded_later_becomes_the_first_and_both_desks_see_the_conflict(door):
    training, lesson, desk = door
    other = make_desk(lesson, "二号门")
    _, code = make_attendee(training)
    [later] = record(lesson, [scan(code, 5)], desk)
    [earlier] = record(lesson, [scan(code, 0)], other)
    assert (later.verdict, later.is_conflict) == ("admitted", False)
    assert (earlier.verdict, earlier.is_conflict, earlier.first_in_desk) == (
        "admitted",
        True,
        "二号门",
    )
    row = db.session.scalars(select(Attendance)).one()
    assert (row.first_in_at, row.first_in_desk_id, row.is_conflict) == (NINE, other.id, True)


def test_person_found_by_name_is_checked_in_and_recorded_as_such(door):
    training, lesson, desk = door
    attendee, code = make_attendee(training)
    by_hand = replace(scan("", 0), attendee=attendee.public_id)
    stranger = replace(scan("", 0), attendee="0" * 26)
    assert verdicts(record(lesson, [by_hand, stranger, scan(code, 1)], desk)) == [
        "admitted",
        "unknown",
        "already_in",
    ]
    flags = db.session.scalars(select(Fact.flags).order_by(Fact.sequence)).all()
    assert flags == [["manual"], ["manual"], []]


def test_forged_and_confused_tokens_are_unknown(door):
    training, lesson, desk = door
    attendee, code = make_attendee(training)
    ticket = db.session.scalars(select(Ticket.token_id).where(Ticket.attendee_id == attendee.id))
    manage = tokens.issue(tokens.Purpose.MANAGE, ticket.one())
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert verdicts(record(lesson, [scan(manage), scan(forged)], desk)) == ["unknown", "unknown"]


@pytest.mark.parametrize("case", ["first", "second", "unknown", "early", "by name"])
def test_one_scan_takes_at_most_four_statements(door, case):
    training, lesson, desk = door
    attendee, code = make_attendee(training)
    record(lesson, [scan(code, 1)] if case == "second" else [scan("warm up")], desk)
    asked = {
        "unknown": scan("nonsense"),
        "early": scan(code, -600),
        "by name": replace(scan("", 2), attendee=attendee.public_id),
    }.get(case, scan(code, 2))
    by = scanner(desk)
    count = statements(lambda: record_scans(lesson.id, [asked], by=by, now=NOW))
    assert count <= 4  # the guard of desks adds one


def test_a_batch_of_500_takes_as_many_statements_as_one(door):
    training, lesson, desk = door
    scans = [scan(code) for _, code in make_attendees(training, 500)]
    by = scanner(desk)
    assert statements(lambda: record_scans(lesson.id, scans, by=by, now=NOW)) == 4
    assert db.session.scalar(select(func.count(Attendance.id))) == 500


def statements(work) -> int:
    """Count the statements of a unit of work, its beginning and end left out."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "COMMIT")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        unit_of_work(work)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)
