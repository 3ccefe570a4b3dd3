"""Plain makers of rows: what is not said gets a sensible value; each commits what it makes.

Call them inside an application context.
"""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

from app.accounts.models import (
    ApiToken,
    LoginSession,
    Membership,
    Organisation,
    OrganisationKind,
    Role,
    Staff,
)
from app.accounts.rules import Identity, Scope, scopes_of
from app.audit.rules import Actor
from app.enterprises.models import Enterprise
from app.kit import passwords, tokens
from app.kit.database import db, unit_of_work
from app.trainings.models import (
    Course,
    Lesson,
    Mode,
    Programme,
    Training,
    TrainingState,
    TrainingTrainer,
    Venue,
)

NOON = datetime(2026, 3, 19, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, a Thursday
PASSWORD = "Correct-Horse-9"
PASSWORD_HASH = passwords.hashed(PASSWORD)
USCCS = (
    "91440112000000019D",
    "914403000000000276",
    "91441900000000035C",
    "914420000000000A28",
    "924406000000000438",
    "93440800000000051A",
    "1244000000000006X4",
)
SOMEBODY = Actor(kind="staff", id="0" * 26)
_numbers = itertools.count(1)


def save(*rows: object) -> None:
    """Commit rows."""
    unit_of_work(lambda: db.session.add_all(rows))


def make_organisation(
    name: str = "", kind: OrganisationKind = OrganisationKind.PROVINCE_BUREAU
) -> Organisation:
    organisation = Organisation(
        name=name or f"示例市场监管局{next(_numbers)}", kind=kind, created_at=NOON
    )
    save(organisation)
    return organisation


def make_staff(
    *roles: Role, organisation: Organisation | None = None, email: str = "", name: str = "示例人员"
) -> Staff:
    """Make an account whose password is PASSWORD."""
    organisation = organisation or make_organisation()
    staff = Staff(
        email=email or f"staff{next(_numbers)}@example.com",
        name=name,
        password_hash=PASSWORD_HASH,
        password_changed_at=NOON,
        created_at=NOON,
        memberships=[
            Membership(organisation_id=organisation.id, role=role)
            for role in roles or (Role.ORGANISER,)
        ],
    )
    save(staff)
    return staff


def make_identity(staff: Staff) -> Identity:
    """Give who acts, as a guarded view would."""
    membership = staff.memberships[0]
    roles = frozenset(m.role for m in staff.memberships)
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    return Identity(
        session_id="test",
        staff_id=staff.id,
        public_id=staff.public_id,
        name=staff.name,
        email=staff.email,
        organisation_id=organisation.id,
        organisation_public_id=organisation.public_id,
        organisation_name=organisation.name,
        roles=roles,
        scopes=scopes_of(roles),
    )


def make_api_token(staff: Staff, *scopes: Scope) -> str:
    """Give a bearer token of `staff` with `scopes` (all its roles allow, if none are named)."""
    membership = staff.memberships[0]
    allowed = scopes or tuple(scopes_of(frozenset(m.role for m in staff.memberships)))
    row = ApiToken(
        staff_id=staff.id,
        organisation_id=membership.organisation_id,
        label="test",
        scopes=[scope.value for scope in allowed],
        created_at=NOON,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
    )
    save(row)
    return tokens.issue(tokens.Purpose.API, row.public_id)


def sign_in(client, staff: Staff) -> None:
    """Sign `staff` into a test client without going through the form."""
    now = datetime.now(UTC)
    row = LoginSession(
        staff_id=staff.id,
        organisation_id=staff.memberships[0].organisation_id,
        created_at=now,
        expires_at=now + timedelta(hours=8),
    )
    save(row)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = row.public_id
        cookie["_fresh"] = True
        cookie["seen"] = now.isoformat()


def make_programme(organisation: Organisation, year: int = 2026) -> Programme:
    programme = Programme(
        organisation_id=organisation.id,
        name=f"{year}年小微企业质量管理体系公益培训",
        year=year,
        starts_on=date(year, 1, 1),
        ends_on=date(year, 12, 31),
        created_at=NOON,
    )
    save(programme)
    return programme


def make_course(organisation: Organisation, title: str = "质量管理体系基础") -> Course:
    course = Course(organisation_id=organisation.id, title=title, created_at=NOON)
    save(course)
    return course


def make_venue(organisation: Organisation, name: str = "产业园报告厅") -> Venue:
    venue = Venue(
        organisation_id=organisation.id,
        name=name,
        city="440100",
        address="示例路1号",
        created_at=NOON,
    )
    save(venue)
    return venue


def make_training(
    organisation: Organisation | None = None,
    *,
    title: str = "质量管理体系贯标实务",
    mode: Mode = Mode.ONSITE,
    state: TrainingState = TrainingState.PUBLISHED,
    capacity_onsite: int | None = None,
    capacity_online: int | None = None,
    starts_at: datetime = NOON + timedelta(days=7),
    lesson_count: int = 1,
    hours: int = 3,
    trainer: Staff | None = None,
    **values: object,
) -> Training:
    """Make a training (published, sign-up open at NOON) with lessons on following days."""
    organisation = organisation or make_organisation()
    lessons = [
        Lesson(
            organisation_id=organisation.id,
            starts_at=starts_at + timedelta(days=number),
            ends_at=starts_at + timedelta(days=number, hours=hours),
        )
        for number in range(lesson_count)
    ]
    default_onsite = 0 if mode is Mode.LIVESTREAM else 30
    default_online = 0 if mode is Mode.ONSITE else 100
    training = Training(
        **{
            "organisation_id": organisation.id,
            "title": title,
            "mode": mode,
            "state": state,
            "city": "440100",
            "capacity_onsite": default_onsite if capacity_onsite is None else capacity_onsite,
            "capacity_online": default_online if capacity_online is None else capacity_online,
            "signup_opens_at": min(NOON, starts_at) - timedelta(days=30),
            "signup_closes_at": starts_at - timedelta(hours=1),
            "starts_at": lessons[0].starts_at,
            "ends_at": lessons[-1].ends_at,
            "created_at": NOON,
            "published_at": NOON if state is not TrainingState.DRAFT else None,
            "lessons": lessons,
            "trainers": [TrainingTrainer(staff_id=trainer.id, name=trainer.name)]
            if trainer
            else [],
        }
        | values
    )
    save(training)
    return training


def make_enterprise(number: int = 0) -> Enterprise:
    enterprise = Enterprise(
        uscc=USCCS[number], name=f"示例企业{number}有限公司", city="440100", created_at=NOON
    )
    save(enterprise)
    return enterprise
