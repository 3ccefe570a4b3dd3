"""One training with very many attendees, written in bulk and yet consistent."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select, text, update

from app.accounts.models import OrganisationKind, Role
from app.enterprises.models import Contact, Enterprise, Person
from app.kit import sealing
from app.kit.database import Base, db
from app.kit.ids import new_id
from app.registrations.models import (
    Attendee,
    AttendeeState,
    IfFull,
    Registration,
    RegistrationState,
    RosterChange,
    Ticket,
)
from app.registrations.rules import MAXIMUM_ATTENDEES, POLICY_VERSION, PURPOSE
from app.seeds import announcing, post
from app.seeds.guests import Guest, invite
from app.seeds.names import Human
from app.seeds.offices import Employee, Login, Sketch, logins, open_office
from app.seeds.result import Made
from app.seeds.stage import Stage
from app.seeds.story import CITIES_OF_GUESTS
from app.trainings.models import Channel, Lesson, Mode, Training

OFFICE = Sketch(
    name="压力测试主办单位",
    name_en="Load test organiser",
    kind=OrganisationKind.EXECUTOR,
    programme="{year}年压力测试计划",
    programme_en="Load test programme {year}",
    employees=tuple(
        Employee(email=f"{role.value}@load.example.com", name="示例人员", role=role)
        for role in (Role.ORGANISER, Role.TRAINER, Role.SUPERVISOR, Role.ADMIN)
    ),
)
TABLES = (Enterprise, Contact, Person, Registration, Attendee, Ticket, RosterChange)
Rows = list[dict[str, Any]]
PARTY = MAXIMUM_ATTENDEES
PARTIES_A_BATCH = 250
SPARE = 100  # places that stay free, so that sign-ups can be measured


def prepare(seed: int) -> Mapping[str, Login]:
    """Do what takes long before the transaction: the passwords."""
    return logins([OFFICE], seed=seed)


def play(stage: Stage, known: Mapping[str, Login], *, attendees: int) -> Made:
    """Make one hybrid training of two lessons with `attendees` confirmed people."""
    planned = stage.at(-60)
    office, secrets = open_office(OFFICE, known, now=planned, today=stage.now)
    catalogue = announcing.open_catalogue(stage, office, OFFICE, now=planned)
    wanted = announcing.plan(
        "万人大课",
        "A lecture for very many",
        Mode.HYBRID,
        announcing.lessons_of([stage.at(7, 9), stage.at(7, 14)], is_online=True),
        office=office,
        catalogue=catalogue,
        course=0,
        venue=0,
        onsite=(attendees + 1) // 2 + SPARE,
        online=attendees // 2 + SPARE,
        opens_at=stage.at(-50),
        closes_at=stage.at(6),
    )
    training_id = announcing.create(office, wanted, now=planned)
    announcing.publish(office, training_id, now=planned)
    stage.settle()
    training = db.session.scalars(select(Training).where(Training.public_id == training_id)).one()
    lessons = list(
        db.session.scalars(
            select(Lesson.id).where(Lesson.training_id == training.id).order_by(Lesson.id)
        )
    )
    for batch in _batches(stage, training, lessons, attendees):
        for model, rows in batch.items():
            _insert(model, rows)
    _count(training.id, attendees)
    _restart_serials()
    stage.settle()
    post.seal_everything()
    return Made(staff=secrets)


def _insert(model: type[Base], rows: Rows) -> None:
    """Insert many rows; PostgreSQL copies them, which is several times faster."""
    table = cast("Table", model.__table__)
    if db.engine.dialect.name != "postgresql":
        db.session.execute(insert(table), rows)
        return
    dialect = db.engine.dialect
    columns = [table.c[name] for name in rows[0]]
    kinds = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    names = ", ".join(column.name for column in columns)
    driver: Any = db.session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            values = zip(kinds, row.values(), strict=True)
            copy.write_row([kind(value) if kind else value for kind, value in values])


def _batches(
    stage: Stage, training: Training, lessons: list[int], attendees: int
) -> Iterator[dict[type[Base], Rows]]:
    """Yield rows by table, a few thousand at a time, in the order in which tables refer."""
    writer = _Writer(training, lessons, now=stage.at(-49))
    sizes = [PARTY] * (attendees // PARTY) + ([attendees % PARTY] if attendees % PARTY else [])
    parties = enumerate(sizes, start=1)
    while chunk := list(itertools.islice(parties, PARTIES_A_BATCH)):
        for number, size in chunk:
            city = CITIES_OF_GUESTS[number % len(CITIES_OF_GUESTS)]
            writer.put(number, invite(stage, city, size))
        yield writer.take()


class _Writer:
    """Writes parties as rows, numbering people without gaps."""

    def __init__(self, training: Training, lessons: list[int], *, now: datetime) -> None:
        self.training = training
        self.lessons = lessons
        self.now = now
        self.people = 0
        self.rows: dict[type[Base], Rows] = {model: [] for model in TABLES}

    def take(self) -> dict[type[Base], Rows]:
        """Give what was written since the last time."""
        taken, self.rows = self.rows, {model: [] for model in TABLES}
        return taken

    def put(self, number: int, guest: Guest) -> None:
        """Write one enterprise with its registration and its people."""
        self._put_party(number, guest)
        for human in guest.people:
            self.people += 1
            self._put_person(number, self.people, human)

    def _put_party(self, number: int, guest: Guest) -> None:
        company, handler, now = guest.company, guest.handler, self.now
        declared = {
            "city": company.city,
            "industry": company.industry,
            "employees": company.employees,
            "revenue_10k_yuan": company.revenue_10k_yuan,
        }
        own = {"id": number, "public_id": new_id(), "created_at": now}
        self.rows[Enterprise].append(
            {**own, "uscc": company.uscc, "name": company.name, **declared}
        )
        contact = {"enterprise_id": number, "name": handler.name, "phone": handler.phone}
        lookup = sealing.lookup(handler.phone, "phone")
        self.rows[Contact].append({**own, **contact, "phone_lookup": lookup, "email": None})
        self.rows[Registration].append(
            {
                **own,
                **declared,
                "organisation_id": self.training.organisation_id,
                "training_id": self.training.id,
                "enterprise_id": number,
                "contact_id": number,
                "state": RegistrationState.CONFIRMED,
                "if_full": IfFull.WAITLIST_REST,
                "language": "zh",
                "manage_token_id": new_id(),
                "contact_name": handler.name,
                "contact_phone": handler.phone,
                "contact_email": None,
                "enterprise_name": company.name,
                "policy_version": POLICY_VERSION,
                "consent_purposes": [PURPOSE],
                "consented_at": now,
                "is_approved": False,
            }
        )

    def _put_person(self, party: int, number: int, human: Human) -> None:
        now = self.now
        person = {
            "id": number,
            "enterprise_id": party,
            "name": human.name,
            "phone": human.phone,
            "phone_lookup": sealing.lookup(human.phone, "phone"),
            "job_title": human.job_title,
            "created_at": now,
        }
        self.rows[Person].append({"public_id": new_id(), **person})
        self.rows[Attendee].append(
            {
                **person,
                "public_id": new_id(),
                "organisation_id": self.training.organisation_id,
                "training_id": self.training.id,
                "registration_id": party,
                "person_id": number,
                "email": None,
                "channel": Channel.ONSITE if number % 2 else Channel.ONLINE,
                "state": AttendeeState.CONFIRMED,
                "priority": 100,
                "sequence": number,
                "confirmed_at": now,
            }
        )
        ticket = {"id": number, "token_id": new_id(), "attendee_id": number, "issued_at": now}
        self.rows[Ticket].append(ticket)
        self.rows[RosterChange] += [
            {"lesson_id": lesson, "sequence": number, "attendee_id": number, "at": now}
            for lesson in self.lessons
        ]


def _count(training_id: int, attendees: int) -> None:
    """Bring the counters of the training and its lessons to where the rows have brought them."""
    quiet = {"synchronize_session": False}
    db.session.execute(
        update(Training)
        .where(Training.id == training_id)
        .values(
            taken_onsite=(attendees + 1) // 2,
            taken_online=attendees // 2,
            seat_sequence=attendees,
        )
        .execution_options(**quiet)
    )
    db.session.execute(
        update(Lesson)
        .where(Lesson.training_id == training_id)
        .values(feed_sequence=attendees)
        .execution_options(**quiet)
    )


def _restart_serials() -> None:
    """Let PostgreSQL number new rows after those that came with their numbers."""
    if db.engine.dialect.name != "postgresql":
        return
    for table in ("enterprise", "contact", "person", "registration", "attendee", "ticket"):
        db.session.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"  # noqa: S608 - names of our own tables
                f" (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}), false)"
            )
        )
