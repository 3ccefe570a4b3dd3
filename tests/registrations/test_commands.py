"""What commands do to places, waiting lists, tickets, feeds and letters, on both engines."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.audit.rules import PUBLIC
from app.enterprises.models import Enterprise
from app.enterprises.rules import EnterpriseDetails
from app.kit.database import db, unit_of_work
from app.outbox.models import Letter
from app.registrations import commands, errors, queries
from app.registrations.commands.people import Change
from app.registrations.invariants import CHECKS
from app.registrations.models import Attendee, IfFull, Registration, Ticket
from app.trainings.models import Channel, Lesson, Mode, Training, TrainingState
from tests import makers
from tests.conftest import NOON
from tests.makers import SOMEBODY, USCCS
from tests.registrations.sign_ups import book, sign_up, somebody

LATER = NOON + timedelta(minutes=5)


def states(training) -> list[str]:
    found = select(Attendee.state).where(Attendee.training_id == training.id)
    return [state.value for state in db.session.scalars(found.order_by(Attendee.sequence))]


def kinds(recipient: str = "zhang@example.com") -> list[str]:
    letters = db.session.scalars(select(Letter).order_by(Letter.id))
    return [letter.kind for letter in letters if letter.recipient == recipient]


def do(command, *arguments, now=LATER, by=SOMEBODY, **values):
    return unit_of_work(lambda: command(*arguments, now=now, by=by, **values))


def ensure_rules_hold():
    assert [found for check in CHECKS for found in check(LATER)] == []


def test_register_with_places_left_confirms_and_tells(context):
    training = makers.make_training(lesson_count=2)
    booking = book(training, somebody(email="li@example.com"), somebody())
    assert booking.registration.state == "confirmed"
    assert states(training) == ["confirmed", "confirmed"]
    assert db.session.get_one(Training, training.id).taken_onsite == 30 - 28
    assert (kinds(), kinds("li@example.com")) == (["registration_confirmed"],) * 2
    sequences = db.session.scalars(select(Lesson.feed_sequence)).all()
    assert sequences == [2, 2]
    ensure_rules_hold()


def test_register_when_full_waits_at_the_next_position(context):
    training = makers.make_training(capacity_onsite=1)
    first = book(training, somebody(), somebody())
    second = book(training, enterprise=1)
    assert first.registration.state == "partly_waitlisted"
    assert list(first.positions.values()) == [1]
    assert list(second.positions.values()) == [2]
    ensure_rules_hold()


def test_register_of_a_group_that_stays_together_waits_whole(context):
    training = makers.make_training(capacity_onsite=2)
    book(training)
    group = book(training, somebody(), somebody(), enterprise=1, if_full=IfFull.ALL_OR_WAITLIST)
    assert group.registration.state == "waitlisted"
    assert states(training) == ["confirmed", "waitlisted", "waitlisted"]
    ensure_rules_hold()


def test_register_counts_channels_apart(context):
    training = makers.make_training(mode=Mode.HYBRID, capacity_onsite=1, capacity_online=1)
    book(training, somebody(), somebody(Channel.ONLINE))
    waiting = book(training, somebody(), somebody(Channel.ONLINE), enterprise=1)
    assert list(waiting.positions.values()) == [1, 1]
    ensure_rules_hold()


@pytest.mark.parametrize(
    ("values", "now", "refusal"),
    [
        ({"state": TrainingState.DRAFT}, NOON, errors.TrainingNotOffered),
        ({"state": TrainingState.CANCELLED}, NOON, errors.SignupClosed),
        ({"state": TrainingState.HELD}, NOON, errors.SignupClosed),
        ({"signup_opens_at": NOON + timedelta(seconds=1)}, NOON, errors.SignupNotOpen),
        ({"signup_closes_at": NOON}, NOON, errors.SignupClosed),
        ({}, NOON + timedelta(days=8), errors.SignupClosed),
        ({"mode": Mode.LIVESTREAM}, NOON, errors.ChannelNotOffered),
    ],
)
def test_register_outside_the_offer_is_refused_and_leaves_nothing(context, values, now, refusal):
    training = makers.make_training(**values)
    with pytest.raises(refusal):
        book(training, now=now)
    assert db.session.scalars(select(Attendee)).all() == []
    assert db.session.get_one(Training, training.id).seat_sequence == 0


def test_register_by_staff_is_possible_after_sign_up_closed(context):
    training = makers.make_training(signup_closes_at=NOON)
    assert book(training, is_staff=True, by=SOMEBODY).registration.state == "confirmed"


def test_register_of_somebody_known_names_the_row(context):
    training = makers.make_training()
    known = somebody()
    book(training, known)
    with pytest.raises(errors.AlreadyRegistered) as refusal:
        book(training, somebody(), known, enterprise=1)
    assert [fault.field for fault in refusal.value.faults] == ["attendees.1.phone"]


def test_register_of_one_phone_twice_names_the_second_row(context):
    twin = somebody()
    with pytest.raises(errors.SamePhoneTwice) as refusal:
        book(makers.make_training(), twin, twin)
    assert [fault.field for fault in refusal.value.faults] == ["attendees.1.phone"]


def test_register_beyond_the_limit_of_an_enterprise_is_refused(context):
    training = makers.make_training(per_enterprise_limit=2)
    book(training, somebody())
    with pytest.raises(errors.EnterpriseLimit):
        book(training, somebody(), somebody())
    assert book(training, somebody(), somebody(), enterprise=1).registration.state == "confirmed"


def test_register_when_full_and_waiting_is_not_wanted_is_refused(context):
    training = makers.make_training(capacity_onsite=1)
    with pytest.raises(errors.TrainingFull):
        book(training, somebody(), somebody(), if_full=IfFull.REFUSE)
    assert book(training, somebody(), if_full=IfFull.REFUSE).registration.state == "confirmed"


def test_register_with_a_known_code_leaves_the_enterprise_as_it_was(context):
    training = makers.make_training()
    known = makers.make_enterprise()
    declared = EnterpriseDetails(uscc=USCCS[0], name="改名有限公司", city="440300", employees=9)
    details = dataclasses.replace(sign_up(), enterprise=declared)
    booking = do(commands.register, training.public_id, details, now=NOON, by=PUBLIC)
    row = db.session.scalar(select(Enterprise).execution_options(populate_existing=True))
    assert (row.id, row.name, row.city, row.employees) == (known.id, known.name, "440100", None)
    assert booking.registration.enterprise_name == "改名有限公司"


def test_cancel_attendee_promotes_the_first_who_waits_and_tells_them_once(context):
    training = makers.make_training(capacity_onsite=1)
    first = book(training)
    book(training, somebody(email="wang@example.com"), enterprise=1)
    book(training, enterprise=2)
    do(commands.cancel_attendee, first.attendees[0].public_id)
    assert states(training) == ["cancelled", "confirmed", "waitlisted"]
    assert kinds("wang@example.com") == ["registration_waitlisted", "registration_promoted"]
    assert db.session.get_one(Training, training.id).taken_onsite == 1
    ensure_rules_hold()


def test_cancel_registration_passes_over_a_group_that_does_not_fit_and_says_so(context):
    training = makers.make_training(capacity_onsite=1)
    first = book(training)
    group = book(training, somebody(), somebody(), enterprise=1, if_full=IfFull.ALL_OR_WAITLIST)
    book(training, enterprise=2)
    do(commands.cancel_registration, first.registration.public_id)
    assert states(training) == ["cancelled", "waitlisted", "waitlisted", "confirmed"]
    passed = select(AuditEntry.subject_id).where(AuditEntry.action == "waitlist.passed_over")
    assert db.session.scalars(passed).all() == [group.registration.public_id]
    ensure_rules_hold()


def test_cancel_twice_is_refused(context):
    booking = book(makers.make_training())
    do(commands.cancel_registration, booking.registration.public_id)
    with pytest.raises(errors.NotLive):
        do(commands.cancel_registration, booking.registration.public_id)


def test_cancel_after_the_training_began_is_refused_to_contacts_only(context):
    training = makers.make_training()
    booking = book(training)
    begun = training.starts_at
    with pytest.raises(errors.ChangesClosed):
        do(commands.cancel_attendee, booking.attendees[0].public_id, now=begun)
    do(commands.cancel_attendee, booking.attendees[0].public_id, now=begun, is_staff=True)
    assert states(training) == ["cancelled"]


def test_cancel_after_the_training_began_promotes_nobody(context):
    training = makers.make_training(capacity_onsite=1)
    booking = book(training)
    book(training, enterprise=1)
    do(
        commands.cancel_attendee,
        booking.attendees[0].public_id,
        now=training.starts_at,
        is_staff=True,
    )
    assert states(training) == ["cancelled", "waitlisted"]


def test_promote_after_more_places_fills_them_in_order(context):
    training = makers.make_training(capacity_onsite=1)
    for enterprise in range(4):
        book(training, enterprise=enterprise)

    def more() -> int:
        db.session.get_one(Training, training.id).capacity_onsite = 3
        db.session.flush()
        return commands.promote(training.public_id, now=LATER, by=SOMEBODY)

    assert unit_of_work(more) == 2
    assert states(training) == ["confirmed", "confirmed", "confirmed", "waitlisted"]
    ensure_rules_hold()


def test_approval_holds_places_until_it_is_decided(context):
    training = makers.make_training(capacity_onsite=1, requires_approval=True)
    pending = book(training)
    book(training, enterprise=1)
    assert states(training) == ["pending", "waitlisted"]
    do(commands.reject, pending.registration.public_id, reason="资料不全")
    assert states(training) == ["rejected", "pending"]
    told = select(Letter).where(Letter.kind == "registration_rejected")
    assert "资料不全" in db.session.scalars(told).one().text
    second = db.session.scalars(select(Registration).order_by(Registration.id.desc())).first()
    do(commands.approve, second.public_id)
    assert states(training) == ["rejected", "confirmed"]
    with pytest.raises(errors.NotPending):
        do(commands.approve, second.public_id)
    ensure_rules_hold()


def test_add_attendee_takes_the_next_number(context):
    training = makers.make_training(capacity_onsite=2)
    booking = book(training)
    for _ in range(2):
        do(commands.add_attendee, booking.registration.public_id, somebody())
    assert states(training) == ["confirmed", "confirmed", "waitlisted"]
    assert db.session.scalar(select(Registration.state)) == "partly_waitlisted"
    ensure_rules_hold()


def test_add_attendee_who_is_known_names_the_field_of_the_form(context):
    training = makers.make_training()
    known = somebody()
    booking = book(training, known)
    with pytest.raises(errors.AlreadyRegistered) as refusal:
        do(commands.add_attendee, booking.registration.public_id, known)
    assert [fault.field for fault in refusal.value.faults] == ["phone"]


def test_change_attendee_keeps_the_ticket_of_a_corrected_name(context):
    person = somebody()
    booking = book(makers.make_training(), person)
    change = Change(name="李更正", phone=person.phone)
    do(commands.change_attendee, booking.attendees[0].public_id, change)
    tickets = db.session.scalars(select(Ticket)).all()
    assert [ticket.revoked_at for ticket in tickets] == [None]
    assert db.session.scalar(select(Attendee.name)) == "李更正"


def test_change_attendee_to_another_phone_replaces_person_and_ticket(context):
    booking = book(makers.make_training())
    change = Change(name="王示例", phone="+8613700137000", email="wang@example.com")
    do(commands.change_attendee, booking.attendees[0].public_id, change)
    tickets = db.session.scalars(select(Ticket).order_by(Ticket.id)).all()
    assert [ticket.revoked_at for ticket in tickets] == [LATER, None]
    assert kinds("wang@example.com") == ["registration_replaced"]
    with pytest.raises(errors.TicketNotFound):
        queries.get_ticket(tickets[0].token_id)
    ensure_rules_hold()


def test_letters_speak_the_language_of_the_sign_up(context):
    training = makers.make_training()
    book(training, language="en")
    letter = db.session.scalar(select(Letter))
    assert letter.subject.startswith("You are signed up")
    assert "您好" not in letter.text
