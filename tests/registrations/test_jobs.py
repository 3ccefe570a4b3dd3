"""The scheduler promotes who waits beside free places, and tells of moves and cancellations."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import vobject
from sqlalchemy import event, select

from app.audit.models import AuditEntry
from app.enterprises.rules import ContactDetails
from app.kit.database import db, unit_of_work
from app.outbox.models import Letter
from app.registrations import commands, jobs
from app.registrations.invariants import CHECKS, changes_were_told
from app.registrations.models import Attendee, IfFull
from app.trainings import commands as trainings
from app.trainings import queries, rules
from app.trainings.models import Channel, Mode, Training
from tests import makers
from tests.conftest import NOON
from tests.makers import SOMEBODY
from tests.registrations.sign_ups import book, somebody

MINUTE = timedelta(minutes=1)
LATER = NOON + 10 * MINUTE
DAY = timedelta(days=1)
ENGLISH = ContactDetails(name="Zhang", phone="+8613800138001", email="english@example.com")


def announce(**values) -> Training:
    organisation = makers.make_organisation()
    venue = makers.make_venue(organisation)
    return makers.make_training(organisation, venue_id=venue.id, **values)


def edit(training, *, now=LATER, **changes):
    whole = queries.get(training.public_id, training.organisation_id)
    plan = replace(rules.plan_of(whole), **changes)
    unit_of_work(
        lambda: trainings.edit(
            training.public_id,
            plan,
            revision=whole.revision,
            organisation_id=training.organisation_id,
            by=SOMEBODY,
            now=now,
        )
    )


def move(training, by=DAY, *, now=LATER, **changes):
    plan = rules.plan_of(queries.get(training.public_id, training.organisation_id))
    lessons = tuple(
        replace(one, starts_at=one.starts_at + by, ends_at=one.ends_at + by) for one in plan.lessons
    )
    edit(training, now=now, lessons=lessons, **changes)


def call_off(training, *, now=LATER):
    unit_of_work(
        lambda: trainings.cancel(
            training.public_id,
            reason="台风",
            organisation_id=training.organisation_id,
            by=SOMEBODY,
            now=now,
        )
    )


def states(training) -> list[str]:
    found = select(Attendee.state).where(Attendee.training_id == training.id)
    return [state.value for state in db.session.scalars(found.order_by(Attendee.sequence))]


def letters(kind: str) -> dict[str, Letter]:
    """Give the letters of one kind by recipient; nobody has two."""
    found = db.session.scalars(select(Letter).where(Letter.kind == kind)).all()
    by_recipient = {letter.recipient: letter for letter in found}
    assert len(by_recipient) == len(found)
    return by_recipient


def ensure_rules_hold(now=LATER + 10 * MINUTE):
    assert [found for check in CHECKS for found in check(now)] == []


@contextmanager
def counted():
    """Count statements, without those that open and close transactions."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


# --- Promotion ---


def test_promote_waiting_after_a_raised_capacity_moves_up_in_order_and_tells(context):
    training = announce(capacity_onsite=1)
    for number in range(3):
        book(training, somebody(email=f"li{number}@example.com"), enterprise=number)
    assert states(training) == ["confirmed", "waitlisted", "waitlisted"]
    assert jobs.promote_waiting(now=LATER) == 0

    edit(training, capacity_onsite=2)

    assert jobs.promote_waiting(now=LATER) == 1
    assert states(training) == ["confirmed", "confirmed", "waitlisted"]
    assert jobs.promote_waiting(now=LATER) == 0
    told = {*letters("registration_promoted")}
    assert told == {"zhang@example.com", "li1@example.com"}
    acts = select(AuditEntry).where(AuditEntry.action == "attendee.promoted")
    assert [entry.actor_kind for entry in db.session.scalars(acts)] == ["system"]
    ensure_rules_hold()


def test_promote_waiting_moves_a_group_up_whole_or_not_at_all(context):
    training = announce(capacity_onsite=1)
    book(training)
    book(training, somebody(), somebody(), enterprise=1, if_full=IfFull.ALL_OR_WAITLIST)
    edit(training, capacity_onsite=2)
    assert jobs.promote_waiting(now=LATER) == 0
    ensure_rules_hold()

    edit(training, capacity_onsite=3)

    assert jobs.promote_waiting(now=LATER) == 2
    assert states(training) == ["confirmed"] * 3
    ensure_rules_hold()


def test_promote_waiting_passes_over_a_group_for_one_behind_it_and_records_that(context):
    training = announce(capacity_onsite=1)
    book(training)
    book(training, somebody(), somebody(), enterprise=1, if_full=IfFull.ALL_OR_WAITLIST)
    book(training, enterprise=2)
    edit(training, capacity_onsite=2)

    assert jobs.promote_waiting(now=LATER) == 1
    assert states(training) == ["confirmed", "waitlisted", "waitlisted", "confirmed"]
    passed = select(AuditEntry).where(AuditEntry.action == "waitlist.passed_over")
    assert len(db.session.scalars(passed).all()) == 1
    ensure_rules_hold()


def test_promote_waiting_looks_at_the_channel_that_is_waited_for(context):
    training = announce(mode=Mode.HYBRID, capacity_onsite=1, capacity_online=5)
    book(training, somebody(), somebody())
    assert jobs.promote_waiting(now=LATER) == 0
    edit(training, capacity_onsite=2)
    assert jobs.promote_waiting(now=LATER) == 1
    found = select(Attendee.channel).where(Attendee.state == "confirmed")
    assert db.session.scalars(found).all() == [Channel.ONSITE] * 2


def test_promote_waiting_leaves_a_training_that_has_begun(context):
    training = announce(capacity_onsite=1)
    book(training, somebody(), somebody())
    edit(training, capacity_onsite=2)
    assert jobs.promote_waiting(now=training.starts_at) == 0
    assert states(training) == ["confirmed", "waitlisted"]


def test_promote_waiting_when_one_training_fails_still_sees_to_the_others(context, caplog):
    found = [announce(capacity_onsite=1), announce(capacity_onsite=1)]
    for training in found:
        book(training, somebody(), somebody())
        edit(training, capacity_onsite=2)
    turns = iter([False, True])

    def unit(work):
        if next(turns):
            return unit_of_work(work)
        raise OSError

    assert jobs.promote_waiting(unit, LATER) == 1
    assert [states(one)[1] for one in found] == ["waitlisted", "confirmed"]
    assert caplog.messages == [f"training {found[0].public_id}: OSError"]


def test_both_jobs_cost_one_statement_when_nothing_is_due(context):
    training = announce(capacity_onsite=1)
    book(training, somebody(), somebody())
    with counted() as statements:
        assert (jobs.promote_waiting(now=LATER), jobs.tell_of_changes(now=LATER)) == (0, 0)
    assert len(statements) == 2


# --- A move ---


def test_tell_of_changes_after_a_move_tells_each_address_once_what_was_and_what_is(context):
    training = announce()
    office = queries.get(training.public_id, training.organisation_id).organisation
    hall = makers.make_venue(office, "新会议中心")
    book(training, somebody(email="li@example.com"), somebody(email="li@example.com"), somebody())
    book(training, somebody(email="zhang@example.com"), enterprise=1)
    book(training, enterprise=2, contact=ENGLISH, language="en")
    move(training, venue=hall.public_id)

    settled = LATER + MINUTE
    assert jobs.tell_of_changes(now=settled - timedelta(seconds=1)) == 0
    assert (jobs.tell_of_changes(now=settled), jobs.tell_of_changes(now=settled)) == (1, 0)

    told = letters("training_moved")
    assert sorted(told) == ["english@example.com", "li@example.com", "zhang@example.com"]
    lines = told["zhang@example.com"].text.splitlines()
    was, now_is = lines.index("原来的安排"), lines.index("新的安排")
    assert lines[was : was + 4] == [
        "原来的安排",
        "时间：",
        "2026年3月26日（周四） 12:00—15:00",
        "地点：广州市 产业园报告厅 示例路1号",
    ]
    assert lines[now_is : now_is + 4] == [
        "新的安排",
        "时间：",
        "2026年3月27日（周五） 12:00—15:00",
        "地点：广州市 新会议中心 示例路1号",
    ]
    assert told["zhang@example.com"].text.count("/my/r/") == 2
    english = told["english@example.com"]
    assert english.subject == "New time or place: 质量管理体系贯标实务"
    assert "Thu 26 Mar 2026, 12:00—15:00" in english.text
    assert "Fri 27 Mar 2026, 12:00—15:00" in english.text
    assert "您好" not in english.text
    ensure_rules_hold()


def test_tell_of_changes_after_a_move_moves_the_invitation(context):
    training = announce()
    book(training, somebody(email="li@example.com", name="王来"))
    before = invitation("registration_confirmed", "li@example.com")
    move(training)
    jobs.tell_of_changes(now=LATER + MINUTE)

    after = invitation("training_moved", "li@example.com")
    assert (before.method.value, after.method.value) == ("REQUEST", "REQUEST")
    assert after.vevent.uid.value == before.vevent.uid.value
    assert int(after.vevent.sequence.value) > int(before.vevent.sequence.value)
    assert after.vevent.dtstart.value == before.vevent.dtstart.value + DAY
    assert after.vevent.attendee.value == "mailto:li@example.com"
    assert invitation("training_moved", "zhang@example.com").method.value == "PUBLISH"


def test_tell_of_changes_tells_who_waits_without_a_calendar(context):
    training = announce(capacity_onsite=1)
    book(training)
    book(training, somebody(email="waits@example.com"), enterprise=1)
    move(training)
    jobs.tell_of_changes(now=LATER + MINUTE)
    assert letters("training_moved")["waits@example.com"].calendar is None


def test_tell_of_changes_of_several_lessons_moves_each_by_a_request_of_its_own(context):
    training = announce(lesson_count=2)
    book(training, somebody(email="li@example.com"))
    move(training)
    jobs.tell_of_changes(now=LATER + MINUTE)
    text = letters("training_moved")["li@example.com"].calendar
    calendars = list(vobject.readComponents(text))
    assert [one.method.value for one in calendars] == ["REQUEST", "REQUEST"]
    assert [len(one.vevent_list) for one in calendars] == [1, 1]
    assert len({one.vevent.uid.value for one in calendars}) == 2


def test_tell_of_changes_after_two_moves_in_a_minute_tells_the_last_state_only(context):
    training = announce()
    book(training)
    move(training)
    move(training, now=LATER + MINUTE / 2)
    assert jobs.tell_of_changes(now=LATER + MINUTE) == 0
    assert jobs.tell_of_changes(now=LATER + 2 * MINUTE) == 1
    text = letters("training_moved")["zhang@example.com"].text
    assert [f"3月{day}日" in text for day in (26, 27, 28)] == [True, False, True]

    move(training, now=LATER + 3 * MINUTE)
    assert jobs.tell_of_changes(now=LATER + 4 * MINUTE) == 1
    found = select(Letter.text, Letter.calendar).where(Letter.kind == "training_moved")
    second, calendar = db.session.execute(found.order_by(Letter.id.desc())).first()
    assert [f"3月{day}日" in second for day in (26, 28, 29)] == [False, True, True]
    assert vobject.readOne(calendar).vevent.sequence.value == "3"


def test_tell_of_changes_after_a_move_was_taken_back_tells_who_heard_of_it_only(context):
    training = announce()
    book(training)
    move(training)
    book(training, enterprise=1, contact=ENGLISH, now=LATER + MINUTE / 4)
    move(training, -DAY, now=LATER + MINUTE / 2)
    assert jobs.tell_of_changes(now=LATER + 2 * MINUTE) == 1
    told = letters("training_moved")
    assert [*told] == ["english@example.com"]
    assert "原来的安排" not in told["english@example.com"].text
    ensure_rules_hold()


def test_tell_of_changes_leaves_out_who_cancelled_and_trainings_only_retitled(context):
    training = announce()
    booking = book(training, somebody(email="li@example.com"))
    registration = booking.registration.public_id
    unit_of_work(lambda: commands.cancel_registration(registration, now=NOON, by=SOMEBODY))
    edit(training, title="只改标题")
    assert jobs.tell_of_changes(now=LATER + MINUTE) == 0
    move(training)
    assert jobs.tell_of_changes(now=LATER + MINUTE) == 1
    assert letters("training_moved") == {}


def test_tell_when_somebody_else_told_or_the_training_changed_says_nothing(context):
    training = announce()
    book(training)
    move(training)
    settled = LATER + MINUTE
    first, second = (commands.prepare_telling(training.public_id, now=settled) for _ in range(2))
    assert unit_of_work(lambda: commands.tell(first, now=settled))
    assert not unit_of_work(lambda: commands.tell(second, now=settled))

    move(training, now=settled)
    late = commands.prepare_telling(training.public_id, now=settled + MINUTE)
    move(training, now=settled + MINUTE)
    assert not unit_of_work(lambda: commands.tell(late, now=settled + 2 * MINUTE))
    assert len(letters("training_moved")) == 1


# --- A cancellation ---


def test_tell_of_changes_after_a_cancellation_tells_each_address_once(context):
    training = announce()
    book(training, somebody(email="li@example.com"), somebody())
    book(training, enterprise=1, contact=ENGLISH, language="en")
    before = invitation("registration_confirmed", "li@example.com")
    call_off(training)

    assert (jobs.tell_of_changes(now=LATER), jobs.tell_of_changes(now=LATER)) == (1, 0)

    told = letters("training_cancelled")
    assert sorted(told) == ["english@example.com", "li@example.com", "zhang@example.com"]
    assert "原因：台风" in told["zhang@example.com"].text
    assert "3月26日" in told["li@example.com"].text
    assert told["english@example.com"].subject == "Training cancelled: 质量管理体系贯标实务"
    gone = invitation("training_cancelled", "li@example.com")
    assert (gone.method.value, gone.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert gone.vevent.uid.value == before.vevent.uid.value
    assert int(gone.vevent.sequence.value) > int(before.vevent.sequence.value)
    everybody = invitation("training_cancelled", "zhang@example.com")
    assert everybody.vevent.status.value == "CANCELLED"
    kept = db.session.get_one(Training, training.id, populate_existing=True)
    assert (kept.told_sequence, kept.cancellation_told_at) == (1, LATER)
    ensure_rules_hold()


def test_tell_of_changes_when_moved_and_then_called_off_tells_of_the_end_only(context):
    training = announce()
    book(training)
    move(training)
    call_off(training, now=LATER + MINUTE / 2)
    assert jobs.tell_of_changes(now=LATER + MINUTE) == 1
    assert jobs.tell_of_changes(now=LATER + 5 * MINUTE) == 0
    assert letters("training_moved") == {}
    text = letters("training_cancelled")["zhang@example.com"].text
    assert ("3月26日" in text, "3月27日" in text) == (True, False)


@pytest.mark.parametrize("lessons", [1, 2])
def test_a_cancelled_attendee_is_taken_out_of_the_calendar(context, lessons):
    training = announce(lesson_count=lessons)
    booking = book(training, somebody(email="li@example.com"))
    attendee = booking.attendees[0].public_id
    unit_of_work(lambda: commands.cancel_attendee(attendee, now=LATER, by=SOMEBODY))
    text = letters("registration_cancelled")["li@example.com"].calendar
    found = [
        (one.method.value, one.vevent.status.value, one.vevent.sequence.value)
        for one in vobject.readComponents(text)
    ]
    assert found == [("CANCEL", "CANCELLED", "3")] * lessons


# --- What must hold ---


@pytest.mark.parametrize("change", [move, call_off])
def test_a_change_that_nobody_was_told_of_is_found_after_its_time(context, change):
    training = announce()
    book(training)
    change(training)
    assert list(changes_were_told(LATER + 4 * MINUTE)) == []
    found = list(changes_were_told(LATER + 6 * MINUTE))
    assert [one.row for one in found] == [f"training {training.public_id}"]
    jobs.tell_of_changes(now=LATER + 6 * MINUTE)
    assert list(changes_were_told(LATER + DAY)) == []


def test_another_address_of_a_venue_moves_its_trainings_and_tells_people(context):
    training = announce()
    book(training, somebody(email="li@example.com"))
    before = invitation("registration_confirmed", "li@example.com")
    edit_venue(training, address="示例路2号")
    kept = db.session.get_one(Training, training.id, populate_existing=True)
    assert (kept.calendar_sequence, kept.told_sequence) == (1, 0)

    assert (jobs.tell_of_changes(now=LATER), jobs.tell_of_changes(now=LATER + MINUTE)) == (0, 1)

    told = letters("training_moved")
    assert sorted(told) == ["li@example.com", "zhang@example.com"]
    was, _, is_now = told["zhang@example.com"].text.partition("\n新的安排\n")
    assert ("示例路1号" in was, "示例路2号" in was, "示例路2号" in is_now) == (True, False, True)
    after = invitation("training_moved", "li@example.com")
    assert "示例路2号" in after.vevent.location.value
    assert int(after.vevent.sequence.value) > int(before.vevent.sequence.value)
    ensure_rules_hold()


@pytest.mark.parametrize("at", [LATER, NOON + 300 * DAY])
def test_a_venue_that_stays_where_it_is_or_is_over_writes_to_nobody(context, at):
    training = announce()
    book(training)
    changes = {"directions": "地铁B口"} if at == LATER else {"address": "示例路2号"}
    edit_venue(training, now=at, **changes)
    kept = db.session.get_one(Training, training.id, populate_existing=True)
    assert kept.calendar_sequence == kept.told_sequence == (0 if at == LATER else 1)
    assert kept.revision == 2
    assert jobs.tell_of_changes(now=at + DAY) == 0


def edit_venue(training, *, now=LATER, **changes):
    venue = queries.get(training.public_id, training.organisation_id).venue
    known = {"name": venue.name, "city": venue.city, "address": venue.address}
    details = trainings.VenueDetails(**(known | changes))
    unit_of_work(
        lambda: trainings.save_venue(
            details,
            venue.public_id,
            organisation_id=training.organisation_id,
            by=SOMEBODY,
            now=now,
        )
    )


def invitation(kind: str, recipient: str):
    return vobject.readOne(letters(kind)[recipient].calendar)
