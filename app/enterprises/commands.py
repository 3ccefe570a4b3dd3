"""Keeps enterprises, their contacts and their rosters; never overwrites what is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.enterprises.models import Contact, Enterprise, Person
from app.enterprises.rules import ContactDetails, EnterpriseDetails, PersonDetails
from app.kit import inserts, sealing
from app.kit.database import Base, db
from app.kit.ids import new_id


def register_enterprise(details: EnterpriseDetails, *, now: datetime) -> int:
    """Give the key of the enterprise with this code, made from `details` when it is new.

    A known enterprise is left as it is: whoever signs up is a stranger and changes nothing.
    """
    row = {
        "public_id": new_id(),
        "uscc": details.uscc,
        "name": details.name,
        "city": details.city,
        "industry": details.industry,
        "employees": details.employees,
        "revenue_10k_yuan": details.revenue_10k_yuan,
        "created_at": now,
    }
    return _ensure(Enterprise, [row], ("uscc",))[details.uscc]


def register_contact(enterprise_id: int, details: ContactDetails, *, now: datetime) -> int:
    """Give the key of the contact with this phone in the enterprise, made when it is new."""
    row = {
        "public_id": new_id(),
        "enterprise_id": enterprise_id,
        "name": details.name,
        "phone": details.phone,
        "phone_lookup": sealing.lookup(details.phone, "phone"),
        "email": details.email,
        "created_at": now,
    }
    return _ensure(Contact, [row], ("enterprise_id", "phone_lookup"))[row["phone_lookup"]]


def register_people(
    enterprise_id: int, people: Sequence[PersonDetails], *, now: datetime
) -> dict[str, int]:
    """Give phone look-up → key of these people on the enterprise's roster, made when new.

    The phones must differ. One statement for all; rows go in the order of their look-ups, so that
    two sign-ups of one enterprise never wait for each other crosswise.
    """
    rows = [
        {
            "public_id": new_id(),
            "enterprise_id": enterprise_id,
            "name": person.name,
            "phone": person.phone,
            "phone_lookup": sealing.lookup(person.phone, "phone"),
            "job_title": person.job_title,
            "created_at": now,
        }
        for person in people
    ]
    rows.sort(key=lambda row: str(row["phone_lookup"]))
    return _ensure(Person, rows, ("enterprise_id", "phone_lookup"))


def _ensure(model: type[Base], rows: list[dict[str, Any]], key: tuple[str, ...]) -> dict[Any, int]:
    """Insert the rows whose key is new and give the last key column → id of all of them."""
    statement = inserts.all_rows(model, key, returns=(key[-1], "id"))
    found = db.session.execute(statement, rows[0] if len(rows) == 1 else rows)
    return {row[0]: row.id for row in found}
