"""List pages cost the same statements with one row and with thirty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from app.accounts.models import Organisation, Role, Staff
from app.audit import commands as audit
from app.audit.rules import SYSTEM
from app.enterprises.models import Contact, Enterprise, Person
from app.kit import sealing
from app.kit.database import db, unit_of_work
from app.outbox.models import Letter, LetterState
from app.registrations.models import (
    Attendee,
    AttendeeState,
    IfFull,
    Registration,
    RegistrationState,
    Ticket,
)
from app.seeds.names import uscc
from app.trainings.models import Channel, Training
from tests import makers

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)
MANY = 30
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SELECT PG_CATALOG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a list page shows: the organisation, its training, who looks."""

    organisation: Organisation
    training: Training
    staff: Staff


def add_training(scene: Scene, _number: int) -> None:
    makers.make_training(scene.organisation, starts_at=SOON)


def add_programme(scene: Scene, number: int) -> None:
    makers.make_programme(scene.organisation, year=2000 + number)


def add_course(scene: Scene, _number: int) -> None:
    makers.make_course(scene.organisation)


def add_venue(scene: Scene, number: int) -> None:
    makers.make_venue(scene.organisation, name=f"示例场地{number}")


def add_person(scene: Scene, _number: int) -> None:
    makers.make_staff(Role.TRAINER, organisation=scene.organisation)


def add_token(scene: Scene, _number: int) -> None:
    makers.make_api_token(scene.staff)


def add_entry(scene: Scene, number: int) -> None:
    unit_of_work(
        lambda: audit.record(
            "staff.signed_in",
            by=SYSTEM,
            now=makers.NOON,
            subject_kind="staff",
            subject_id=f"{number:026d}",
            organisation_id=scene.organisation.id,
        )
    )


def add_letter(scene: Scene, number: int) -> None:
    makers.save(
        Letter(
            organisation_id=scene.organisation.id,
            key=f"key{number}",
            kind="registration_confirmed",
            subject_kind="registration",
            subject_id=f"{number:026d}",
            recipient="a@example.com",
            subject="报名成功",
            text="正文",
            message_id=f"<{number}@example.com>",
            state=LetterState.WAITING,
            due_at=makers.NOON,
            created_at=makers.NOON,
        )
    )


def add_registration(scene: Scene, number: int) -> None:
    """One enterprise with one confirmed person, as rows."""
    phone = f"+86199000{number:05d}"
    look_up = sealing.lookup(phone, "phone")
    known = {"name": "示例", "phone": phone, "phone_lookup": look_up, "created_at": makers.NOON}
    company = {"name": f"示例企业{number}有限公司", "city": "440100"}
    enterprise = Enterprise(uscc=uscc("440100", 70_000 + number), created_at=makers.NOON, **company)
    makers.save(enterprise)
    contact = Contact(enterprise_id=enterprise.id, **known)
    person = Person(enterprise_id=enterprise.id, **known)
    makers.save(contact, person)
    training = db.session.get_one(Training, scene.training.id)
    training.taken_onsite += 1
    training.seat_sequence += 1
    registration = Registration(
        organisation_id=training.organisation_id,
        training_id=training.id,
        enterprise_id=enterprise.id,
        contact_id=contact.id,
        state=RegistrationState.CONFIRMED,
        if_full=IfFull.WAITLIST_REST,
        manage_token_id=f"{number:026d}",
        contact_name="示例",
        contact_phone=phone,
        enterprise_name=company["name"],
        city="440100",
        policy_version="1",
        consent_purposes=["registration"],
        consented_at=makers.NOON,
        created_at=makers.NOON,
    )
    makers.save(training, registration)
    attendee = Attendee(
        organisation_id=training.organisation_id,
        training_id=training.id,
        registration_id=registration.id,
        enterprise_id=enterprise.id,
        person_id=person.id,
        channel=Channel.ONSITE,
        state=AttendeeState.CONFIRMED,
        sequence=training.seat_sequence,
        confirmed_at=makers.NOON,
        **known,
    )
    makers.save(attendee)
    makers.save(Ticket(token_id=f"{number:026d}", attendee_id=attendee.id, issued_at=makers.NOON))


LISTS: dict[str, tuple[Role | None, Callable[[Scene, int], None]]] = {
    "/": (None, add_training),
    "/calendar": (None, add_training),
    "/calendar.ics": (None, add_training),
    "/api/v1/trainings": (None, add_training),
    "/staff/": (Role.ORGANISER, add_training),
    "/staff/trainings": (Role.ORGANISER, add_training),
    "/staff/programmes": (Role.ORGANISER, add_programme),
    "/staff/courses": (Role.ORGANISER, add_course),
    "/staff/venues": (Role.ORGANISER, add_venue),
    "/staff/letters": (Role.ORGANISER, add_letter),
    "/staff/tokens": (Role.ORGANISER, add_token),
    "/staff/enterprises": (Role.ORGANISER, add_registration),
    "/staff/trainings/{training}/registrations": (Role.ORGANISER, add_registration),
    "/staff/trainings/{training}/attendance": (Role.ORGANISER, add_registration),
    "/staff/trainings/{training}": (Role.ORGANISER, add_registration),
    "/staff/people": (Role.ADMIN, add_person),
    "/staff/audit": (Role.AUDITOR, add_entry),
}


@pytest.mark.parametrize("address", LISTS)
def test_a_list_page_costs_the_same_with_one_row_and_with_thirty(app, address):
    role, add = LISTS[address]
    client = app.test_client()
    with app.app_context():
        organisation = makers.make_organisation()
        staff = makers.make_staff(role or Role.ORGANISER, organisation=organisation)
        training = makers.make_training(organisation, starts_at=SOON, capacity_onsite=100)
        scene = Scene(organisation=organisation, training=training, staff=staff)
        if role is not None:
            makers.sign_in(client, staff)
        path = address.format(training=training.public_id)
    cost(app, client, path)  # what is remembered for good is remembered now
    with app.app_context():
        add(scene, 0)
    with_one = cost(app, client, path)
    with app.app_context():
        for number in range(1, MANY):
            add(scene, number)
    assert cost(app, client, path) == with_one


def cost(app, client, path: str) -> int:
    """Count the statements of one request; what was added before has made stored pages stale."""
    seen: list[str] = []

    def note(_connection, _cursor, statement: str, *_: object) -> None:
        if not statement.lstrip().upper().startswith(TRANSACTION):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = client.get(path)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200, (path, answer.status_code)
    return len(seen)
