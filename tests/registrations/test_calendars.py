"""What a person's calendar program makes of our letters, by the rules of RFC 5546."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import select

from app.kit.database import db, unit_of_work
from app.kit.mail import Mail, build
from app.outbox.models import Letter
from app.registrations import commands, jobs
from app.trainings.models import Channel, Mode
from tests.conftest import NOON
from tests.makers import SOMEBODY
from tests.registrations.sign_ups import book, somebody
from tests.registrations.test_jobs import DAY, LATER, MINUTE, announce, call_off, move

LI = "li@example.com"


class Program:
    """A calendar that obeys: a message with a lower (SEQUENCE, DTSTAMP) than known is ignored."""

    def __init__(self) -> None:
        self.events: dict[str, vobject.base.Component] = {}
        self.read = 0

    def receive(self, address: str = LI) -> None:
        """Take in the letters to this address that came since the last time, in order."""
        found = db.session.scalars(
            select(Letter).where(Letter.id > self.read).order_by(Letter.id)
        ).all()
        for letter in found:
            self.read = letter.id
            if letter.recipient == address and letter.calendar:
                for one in parts(letter):
                    self.take(one)

    def take(self, text: str) -> None:
        calendar = vobject.readOne(text)
        (new,) = calendar.vevent_list  # several VEVENTs of a REQUEST would be one UID
        known = self.events.get(new.uid.value)
        if known is not None and rank(new) < rank(known):
            return
        assert calendar.method.value in {"REQUEST", "CANCEL"}
        assert (calendar.method.value == "CANCEL") == (new.status.value == "CANCELLED")
        self.events[new.uid.value] = new

    def shown(self) -> list[datetime]:
        """Give when the entries start that a person sees, in order."""
        return sorted(
            one.dtstart.value for one in self.events.values() if one.status.value != "CANCELLED"
        )


def rank(event) -> tuple[int, datetime]:
    return int(event.sequence.value), event.dtstamp.value


def parts(letter: Letter) -> list[str]:
    """Give the calendars of a letter as its reader's program finds them in the message."""
    mail = Mail(
        recipient=letter.recipient,
        subject=letter.subject,
        text=letter.text,
        calendar=letter.calendar,
        calendar_method=letter.calendar_method,
    )
    message = build(
        mail, sender="a@example.com", sender_name="", message_id="<1@example.com>", sent_at=NOON
    )
    found = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert {part.get_param("method") for part in found} == {letter.calendar_method}
    return [part.get_content() for part in found]


def sequences() -> list[int]:
    """Give the SEQUENCE of everything sent to the person, in order, by a second reader."""
    found = db.session.scalars(
        select(Letter).where(Letter.calendar.is_not(None)).order_by(Letter.id)
    )
    return [
        int(Calendar.from_ical(text).walk("VEVENT")[0]["sequence"])
        for letter in found
        if letter.recipient == LI
        for text in parts(letter)[:1]
    ]


def leave(booking, now: datetime) -> None:
    attendee = booking.attendees[0].public_id
    unit_of_work(lambda: commands.cancel_attendee(attendee, now=now, by=SOMEBODY))


@pytest.mark.parametrize("lessons", [1, 2])
def test_confirm_move_cancel_and_sign_up_again_leave_no_ghost_and_lose_nothing(context, lessons):
    training, program = announce(lesson_count=lessons), Program()
    person = somebody(email=LI)
    booking = book(training, person)
    program.receive()
    first = program.shown()
    assert len(first) == lessons

    move(training)
    jobs.tell_of_changes(now=LATER + MINUTE)
    program.receive()
    moved = [one + DAY for one in first]
    assert program.shown() == moved

    leave(booking, LATER + 2 * MINUTE)
    program.receive()
    assert program.shown() == []

    again = book(training, person, now=LATER + 3 * MINUTE)
    program.receive()
    assert program.shown() == moved

    move(training, now=LATER + 4 * MINUTE)
    jobs.tell_of_changes(now=LATER + 5 * MINUTE)
    program.receive()
    assert program.shown() == [one + DAY for one in moved]

    leave(again, LATER + 6 * MINUTE)
    book(training, person, now=LATER + 7 * MINUTE)
    call_off(training, now=LATER + 8 * MINUTE)
    program.receive()
    assert len(program.shown()) == lessons
    jobs.tell_of_changes(now=LATER + 8 * MINUTE)
    program.receive()
    assert program.shown() == []
    numbers = sequences()
    assert len(numbers) == 8
    assert all(earlier < later for earlier, later in pairwise(numbers))


def test_two_people_of_one_address_keep_their_entries_apart(context):
    training, program = announce(), Program()
    booking = book(training, somebody(email=LI), somebody(email=LI))
    program.receive()
    assert len(program.shown()) == 2
    leave(booking, LATER)
    move(training, now=LATER + MINUTE)
    jobs.tell_of_changes(now=LATER + 2 * MINUTE)
    program.receive()
    assert len(program.shown()) == 1


def test_a_contact_who_comes_is_invited_once(context):
    training = announce()
    book(training, somebody(email="Zhang@example.com"))
    found = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [one.calendar_method for one in found if one.calendar] == ["REQUEST"]


def test_who_comes_online_finds_the_ticket_in_the_entry_and_no_room(context):
    training = announce(mode=Mode.HYBRID, capacity_online=5)
    book(training, somebody(Channel.ONLINE, email=LI))
    program = Program()
    program.receive()
    (one,) = program.events.values()
    assert one.location.value == "网络直播"
    assert "/t/" in one.url.value
    assert one.description.value.startswith(one.url.value)
    assert one.organizer.value.startswith("mailto:")
    assert one.valarm.trigger.value == -timedelta(hours=1)
