"""What was made: what a script needs to go on with the synthetic data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.accounts.models import Organisation
from app.enterprises.models import Contact, Enterprise
from app.kit import tokens
from app.kit.database import db
from app.registrations.models import Attendee, Ticket
from app.trainings.models import Lesson, Training


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMade:
    """An account and the secrets that are only known while it is made."""

    id: str
    organisation_id: str
    organisation: str
    role: str
    email: str
    password: str
    api_token: str


@dataclass(slots=True, kw_only=True)
class Made:
    """The secrets of a seeding; everything else stands in the database."""

    staff: list[StaffMade] = field(default_factory=list)

    def document(self) -> dict[str, list[dict[str, Any]]]:
        """Give everything that was made, as the contract writes it."""
        return {
            "organisations": _organisations(),
            "staff": [_staff(one) for one in self.staff],
            "enterprises": _enterprises(),
            "trainings": _trainings(),
            "attendees": _attendees(),
        }


def _staff(one: StaffMade) -> dict[str, Any]:
    return {
        "id": one.id,
        "organisation_id": one.organisation_id,
        "role": one.role,
        "email": one.email,
        "password": one.password,
        "api_token": one.api_token,
    }


def _organisations() -> list[dict[str, Any]]:
    rows = db.session.scalars(select(Organisation).order_by(Organisation.id))
    return [{"id": row.public_id, "name": row.name, "kind": row.kind.value} for row in rows]


def _enterprises() -> list[dict[str, Any]]:
    contacts: dict[int, list[dict[str, Any]]] = {}
    for row in db.session.scalars(select(Contact).order_by(Contact.id)):
        known = {"name": row.name, "phone": row.phone, "email": row.email}
        contacts.setdefault(row.enterprise_id, []).append(known)
    return [
        {
            "id": row.public_id,
            "uscc": row.uscc,
            "name": row.name,
            "contacts": contacts.get(row.id, []),
        }
        for row in db.session.scalars(select(Enterprise).order_by(Enterprise.id))
    ]


def _trainings() -> list[dict[str, Any]]:
    lessons: dict[int, list[dict[str, Any]]] = {}
    for lesson in db.session.scalars(select(Lesson).order_by(Lesson.starts_at, Lesson.id)):
        lessons.setdefault(lesson.training_id, []).append(
            {
                "id": lesson.public_id,
                "starts_at": lesson.starts_at.isoformat(),
                "ends_at": lesson.ends_at.isoformat(),
            }
        )
    rows = db.session.execute(
        select(Training, Organisation.public_id)
        .join(Organisation, Organisation.id == Training.organisation_id)
        .order_by(Training.id)
    )
    return [
        {
            "id": training.public_id,
            "organisation_id": organisation,
            "title": training.title,
            "mode": training.mode.value,
            "state": training.state.value,
            "capacity_onsite": training.capacity_onsite,
            "capacity_online": training.capacity_online,
            "lessons": lessons.get(training.id, []),
        }
        for training, organisation in rows
    ]


def _attendees() -> list[dict[str, Any]]:
    rows: Sequence[Any] = db.session.execute(
        select(
            Attendee.public_id,
            Attendee.state,
            Training.public_id.label("training"),
            Enterprise.public_id.label("enterprise"),
            Ticket.token_id,
        )
        .join(Training, Training.id == Attendee.training_id)
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .outerjoin(Ticket, (Ticket.attendee_id == Attendee.id) & Ticket.revoked_at.is_(None))
        .order_by(Attendee.id)
    ).all()
    return [
        {
            "id": row.public_id,
            "training_id": row.training,
            "enterprise_id": row.enterprise,
            "state": row.state.value,
            "ticket_code": _code(row.token_id),
        }
        for row in rows
    ]


def _code(token_id: str | None) -> str | None:
    return None if token_id is None else tokens.issue(tokens.Purpose.TICKET, token_id)
