"""Loaders and lists of proofs: by number for everybody, by scope for everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from app.kit.database import db
from app.kit.pages import SIZE, Page
from app.proofs.errors import ProofNotFound
from app.proofs.models import Proof, RevokeReason
from app.proofs.rules import content
from app.registrations.models import Attendee, Registration
from app.trainings.models import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A proof for a page or a printer: its row's facts and what is printed on it."""

    key: int
    number: str
    attendee: str
    printed: dict[str, Any]
    issued_at: datetime
    revoked_at: datetime | None
    revoke_reason: RevokeReason | None
    revoke_note: str
    replaces: str
    replaced_by: str

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None


_BEFORE, _AFTER = aliased(Proof), aliased(Proof)


def _shown() -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(
            Proof,
            Attendee.public_id.label("attendee"),
            _BEFORE.number.label("replaces"),
            _AFTER.number.label("replaced_by"),
        )
        .join(Attendee, Attendee.id == Proof.attendee_id)
        .outerjoin(_BEFORE, _BEFORE.id == Proof.replaces_id)
        .outerjoin(_AFTER, _AFTER.replaces_id == Proof.id)
    )
    return statement


def _read(row: Any) -> Shown:
    proof: Proof = row.Proof
    return Shown(
        key=proof.id,
        number=proof.number,
        attendee=row.attendee,
        printed=content.read(proof.printed),
        issued_at=proof.issued_at,
        revoked_at=proof.revoked_at,
        revoke_reason=proof.revoke_reason,
        revoke_note=proof.revoke_note,
        replaces=row.replaces or "",
        replaced_by=row.replaced_by or "",
    )


def find_public(number: str) -> Shown | None:
    """Give the proof of a canonical number, whoever asks."""
    row = db.session.execute(_shown().where(Proof.number == number)).one_or_none()
    return None if row is None else _read(row)


def get(organisation_id: int, number: str) -> Shown:
    """Give a proof of the organisation; ProofNotFound."""
    row = db.session.execute(
        _shown().where(Proof.number == number, Proof.organisation_id == organisation_id)
    ).one_or_none()
    if row is None:
        raise ProofNotFound
    return _read(row)


def get_row(organisation_id: int, number: str) -> Proof:
    """Give the row of an organisation's proof, kept from others until the end; ProofNotFound."""
    proof = db.session.scalar(
        select(Proof)
        .where(Proof.number == number, Proof.organisation_id == organisation_id)
        .with_for_update()
    )
    if proof is None:
        raise ProofNotFound
    return proof


def training_of(organisation_id: int, number: str) -> str:
    """Give the public id of the training that a proof is about; ProofNotFound."""
    found = db.session.scalar(
        select(Training.public_id)
        .join(Proof, Proof.training_id == Training.id)
        .where(Proof.number == number, Proof.organisation_id == organisation_id)
    )
    if found is None:
        raise ProofNotFound
    return found


def find_of_attendee(attendee_id: int) -> Shown | None:
    """Give the live proof of an attendee (by key), if there is one."""
    row = db.session.execute(
        _shown().where(Proof.attendee_id == attendee_id, Proof.revoked_at.is_(None))
    ).one_or_none()
    return None if row is None else _read(row)


def list_of_registration(registration_id: int) -> Sequence[Shown]:
    """List the live proofs of all people of a registration (by key), by their number."""
    return _all(
        _shown()
        .where(Attendee.registration_id == registration_id, Proof.revoked_at.is_(None))
        .order_by(Attendee.sequence)
    )


def list_live(training: Training, *, registration: str = "") -> Sequence[Shown]:
    """List the live proofs of a training, of one registration (public id) if named."""
    statement = _shown().where(Proof.training_id == training.id, Proof.revoked_at.is_(None))
    if registration:
        statement = statement.join(Registration, Registration.id == Attendee.registration_id).where(
            Registration.public_id == registration
        )
    return _all(statement.order_by(Attendee.sequence))


def list_page(training: Training, *, number: int, text: str = "") -> Page[Shown]:
    """List all proofs of a training, revoked ones too, the latest first."""
    statement = _shown().where(Proof.training_id == training.id)
    if text:
        statement = statement.join(Registration, Registration.id == Attendee.registration_id).where(
            or_(
                Attendee.name.contains(text, autoescape=True),
                Registration.enterprise_name.contains(text, autoescape=True),
                Proof.number == text.upper(),
            )
        )
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    items = _all(
        statement.order_by(Proof.issued_at.desc(), Attendee.sequence)
        .offset((number - 1) * SIZE)
        .limit(SIZE)
    )
    return Page(items=items, total=total, number=number, size=SIZE)


def count_live(training: Training) -> int:
    """Count the live proofs of a training."""
    return (
        db.session.scalar(
            select(func.count()).where(Proof.training_id == training.id, Proof.revoked_at.is_(None))
        )
        or 0
    )


def list_registrations(training: Training) -> Sequence[tuple[str, str, int]]:
    """List (registration, enterprise as declared, live proofs) of a training, by name."""
    rows = db.session.execute(
        select(
            Registration.public_id, Registration.enterprise_name, func.count(Proof.id).label("n")
        )
        .join(Attendee, Attendee.registration_id == Registration.id)
        .join(Proof, Proof.attendee_id == Attendee.id)
        .where(Proof.training_id == training.id, Proof.revoked_at.is_(None))
        .group_by(Registration.public_id, Registration.enterprise_name)
        .order_by(Registration.enterprise_name, Registration.public_id)
    )
    return [(row.public_id, row.enterprise_name, row.n) for row in rows]


def taken_numbers(numbers: Sequence[str]) -> set[str]:
    """Give those of `numbers` that a proof has already."""
    return set(db.session.scalars(select(Proof.number).where(Proof.number.in_(numbers))))


def _all(statement: Select[*tuple[Any, ...]]) -> list[Shown]:
    return [_read(row) for row in db.session.execute(statement)]
