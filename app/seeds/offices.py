"""The organisations of the story and the people who work there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.accounts import queries as accounts
from app.accounts.commands import api_tokens, people
from app.accounts.models import OrganisationKind, Role, Staff
from app.accounts.rules import Identity, scopes_of
from app.audit.rules import SYSTEM, Actor
from app.kit import ids, keys, passwords
from app.kit.database import db
from app.seeds.result import StaffMade

TOKEN_DAYS = 365
SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """Somebody who shall have an account."""

    email: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """An organisation as it shall be, with its programme and its people."""

    name: str
    name_en: str
    kind: OrganisationKind
    programme: str
    programme_en: str
    employees: tuple[Employee, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A password and its hash; hashing takes long, so it is done before any transaction."""

    password: str
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An organisation with its accounts, by role."""

    id: int
    public_id: str
    name: str
    staff: Mapping[Role, Identity]

    @property
    def organiser(self) -> Identity:
        return self.staff[Role.ORGANISER]

    @property
    def by(self) -> Actor:
        return self.organiser.actor


def logins(sketches: Iterable[Sketch], *, seed: int) -> dict[str, Login]:
    """Give each account a password that follows from the installation's keys and the seed.

    Whoever knows the code and the seed, but not the keys, cannot guess it.
    """
    made = {}
    for one in (employee for sketch in sketches for employee in sketch.employees):
        ring = keys.keyring()
        key = ring.derive(ring.current, f"seed:{seed}:{one.email}")
        assert key is not None  # noqa: S101 - the current key is always in the ring
        with ids.repeatable(int.from_bytes(key)):
            password = passwords.new_password()
        salt = hashlib.sha256(key).digest()[:SALT_BYTES]
        made[one.email] = Login(
            password=password, password_hash=passwords.hashed(password, salt=salt)
        )
    return made


def open_office(
    sketch: Sketch, known: Mapping[str, Login], *, now: datetime, today: datetime
) -> tuple[Office, list[StaffMade]]:
    """Make an organisation with one account per employee, each with an API token.

    The passwords are as of `today`, so that nobody is asked at once to change them.
    """
    organisation = people.create_organisation(sketch.name, sketch.kind, by=SYSTEM, now=now)
    organisation.name_en = sketch.name_en
    staff: dict[Role, Identity] = {}
    made = []
    for one in sketch.employees:
        login = known[one.email]
        identity = _employ(one, login, organisation.id, now=now, today=today)
        staff[one.role] = identity
        made.append(
            StaffMade(
                id=identity.public_id,
                organisation_id=organisation.public_id,
                organisation=sketch.name,
                role=one.role.value,
                email=one.email,
                password=login.password,
                api_token=_token(identity, now=now),
            )
        )
    office = Office(
        id=organisation.id, public_id=organisation.public_id, name=organisation.name, staff=staff
    )
    return office, made


def _employ(
    one: Employee, login: Login, organisation_id: int, *, now: datetime, today: datetime
) -> Identity:
    staff: Staff = people.create_staff(
        email=one.email,
        name=one.name,
        roles=frozenset({one.role}),
        organisation_id=organisation_id,
        password_hash=login.password_hash,
        by=SYSTEM,
        now=now,
    )
    staff.must_change_password = False  # a demonstration is entered at once
    staff.password_changed_at = today
    db.session.flush()
    for membership in staff.memberships:
        db.session.refresh(membership, ["organisation"])
    identity = accounts.identity(staff, organisation_id, session_id="-", kind="staff")
    assert identity is not None  # noqa: S101 - the membership was made above
    return identity


def _token(identity: Identity, *, now: datetime) -> str:
    scopes = scopes_of(identity.roles)
    return api_tokens.create("seed", scopes, days=TOKEN_DAYS, by=identity, now=now)
