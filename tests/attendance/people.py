"""Plain makers of attendees with tickets, of desks, and of scans."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.accounts.models import Staff
from app.attendance.commands.scans import Scan, Scanner
from app.attendance.models import Desk, DeskInvitation, Direction
from app.enterprises.models import Contact, Enterprise, Person
from app.kit import sealing, tokens
from app.kit.database import db
from app.kit.ids import new_id, new_uuid
from app.registrations.models import (
    Attendee,
    AttendeeState,
    IfFull,
    Registration,
    RegistrationState,
    Ticket,
)
from app.trainings.models import Channel, Lesson, Training
from tests.makers import NOON, make_enterprise, make_training, save

NINE = datetime(2026, 3, 19, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai
_numbers = itertools.count(1)


def make_morning(organisation=None, **values) -> Training:
    """Make a training whose lesson lasts from NINE for three hours."""
    return make_training(organisation, **{"starts_at": NINE} | values)


def make_attendees(
    training: Training,
    count: int = 1,
    *,
    enterprise: Enterprise | None = None,
    state: AttendeeState = AttendeeState.CONFIRMED,
    channel: Channel = Channel.ONSITE,
    name: str = "",
) -> list[tuple[Attendee, str]]:
    """Make attendees of one registration; give each with the code of its ticket."""
    enterprise = enterprise or db.session.scalar(select(Enterprise)) or make_enterprise()
    first = next(_numbers)
    phones = [f"+86138{first * 1000 + number:08d}" for number in range(count)]
    contact = Contact(
        enterprise_id=enterprise.id,
        name="示例联系人",
        phone="+8613900000000",
        phone_lookup=f"contact-{first}",
        created_at=NOON,
    )
    people = [
        Person(
            enterprise_id=enterprise.id,
            name=f"学员{number}",
            phone=phone,
            phone_lookup=sealing.lookup(phone, "phone"),
            created_at=NOON,
        )
        for number, phone in enumerate(phones)
    ]
    save(contact, *people)
    registration = Registration(
        organisation_id=training.organisation_id,
        training_id=training.id,
        enterprise_id=enterprise.id,
        contact_id=contact.id,
        state=RegistrationState.CONFIRMED,
        if_full=IfFull.WAITLIST_REST,
        manage_token_id=new_id(),
        contact_name=contact.name,
        contact_phone=contact.phone,
        enterprise_name=enterprise.name,
        city="440100",
        policy_version="1",
        consent_purposes=["registration"],
        consented_at=NOON,
        created_at=NOON,
    )
    save(registration)
    attendees = [
        Attendee(
            organisation_id=training.organisation_id,
            training_id=training.id,
            registration_id=registration.id,
            enterprise_id=enterprise.id,
            person_id=person.id,
            name=name or f"学员{first}号{number}",
            phone=person.phone,
            phone_lookup=person.phone_lookup,
            channel=channel,
            state=state,
            sequence=first * 1000 + number,
            created_at=NOON,
        )
        for number, person in enumerate(people)
    ]
    save(*attendees)
    tickets = [Ticket(token_id=new_id(), attendee_id=one.id, issued_at=NOON) for one in attendees]
    save(*tickets)
    return [
        (attendee, tokens.issue(tokens.Purpose.TICKET, ticket.token_id))
        for attendee, ticket in zip(attendees, tickets, strict=True)
    ]


def make_attendee(training: Training, **values) -> tuple[Attendee, str]:
    """Make one attendee; give it with the code of its ticket."""
    [made] = make_attendees(training, 1, **values)
    return made


def make_desk(lesson: Lesson, label: str = "一号门") -> Desk:
    """Make a desk that is open until the next century."""
    desk = Desk(
        organisation_id=lesson.organisation_id,
        lesson_id=lesson.id,
        label=label,
        created_at=NOON,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
    )
    save(desk)
    return desk


def make_invitation(lesson: Lesson, staff: Staff, label: str = "后门", *, now: datetime = NINE):
    """Make an invitation to be a desk, good for ten minutes after `now`."""
    invitation = DeskInvitation(
        organisation_id=lesson.organisation_id,
        lesson_id=lesson.id,
        staff_id=staff.id,
        label=label,
        created_at=now,
        expires_at=now + timedelta(minutes=10),
    )
    save(invitation)
    return invitation


def desk_token(desk: Desk) -> str:
    return tokens.issue(tokens.Purpose.DESK, desk.credential_id)


def scanner(desk: Desk) -> Scanner:
    return Scanner(desk_id=desk.id, staff_id=None, label=desk.label)


def scan(code: str, at: datetime | int = 0, *, uid: str = "", out: bool = False, **values) -> Scan:
    """Make a scan at an instant, or so many minutes after NINE."""
    when = NINE + timedelta(minutes=at) if isinstance(at, int) else at
    return Scan(
        uid=uid or new_uuid(),
        code=code,
        direction=Direction.OUT if out else Direction.IN,
        occurred_at=when,
        **values,
    )
