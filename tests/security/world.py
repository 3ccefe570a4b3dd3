"""Two organisations with everything in them, and everybody who may knock."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import ApiToken, LoginSession, Membership, Organisation, Role, Staff
from app.accounts.rules import Scope
from app.attendance.models import (
    Appeal,
    AppealedBy,
    LogLine,
    Match,
    Platform,
    PlatformLog,
)
from app.enterprises.models import Contact, Enterprise, Person
from app.kit import sealing, tokens, uploads
from app.kit.database import db
from app.kit.ids import new_id
from app.kit.settings import settings
from app.outbox.models import Letter, LetterState
from app.registrations.models import (
    Attendee,
    AttendeeState,
    IfFull,
    Registration,
    RegistrationState,
    Ticket,
)
from app.trainings.models import Channel, Lesson, Material, Mode, Training, TrainingState
from tests import makers
from tests.attendance.people import desk_token, make_desk, make_invitation
from tests.proofs.scene import make_proof_row

NOW = datetime.now(UTC).replace(microsecond=0)
MISSING = "0" * 26
CANARY = "金丝雀"  # stands in every text of the foreign organisation that must stay inside
OWN, SIBLING, FOREIGN, NOWHERE = "own", "sibling", "foreign", "missing"
RELATIONS = (OWN, SIBLING, FOREIGN, NOWHERE)


@dataclass(slots=True)
class Place:
    """One training with all that hangs on it, as ids that appear in addresses."""

    training_id: str
    lesson_id: str
    registration_id: str
    attendee_id: str
    code: str
    group_code: str
    manage_token: str
    desk_id: str
    desk_token: str
    invitation: str
    material_id: str
    letter_id: str
    proof_number: str
    proof_batch_id: str
    appeal_id: str
    log_id: str


@dataclass(slots=True)
class House:
    """One organisation: people by role, two places, and its plans."""

    organisation_id: str
    staff: dict[Role, str] = field(default_factory=dict)
    colleagues: dict[Role, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    programme_id: str = ""
    course_id: str = ""
    venue_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody who knocks: by cookie, by bearer token, or with empty hands."""

    name: str
    kind: str
    side: str = OWN
    role: Role | None = None
    scopes: frozenset[Scope] = frozenset()
    bearer: str = ""
    cookie: str = ""
    session_id: str = ""
    token_id: str = ""


@dataclass(slots=True)
class World:
    """Everything, and the way back to the beginning."""

    app: Flask
    own: House
    foreign: House
    principals: dict[str, Principal]
    database: Path
    copy: Path

    def restore(self) -> None:
        """Put every row and every upload back to where it was."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        source, target = sqlite3.connect(self.copy), sqlite3.connect(self.database)
        with target:
            source.backup(target)
        source.close()
        target.close()
        shutil.copytree(_kept(self.copy), _media(self.app), dirs_exist_ok=True)

    def client_of(self, principal: Principal) -> FlaskClient:
        client = self.app.test_client()
        if principal.cookie:
            client.set_cookie("guanbiao", principal.cookie)
        return client

    def headers_of(self, principal: Principal) -> dict[str, str]:
        return {"Authorization": f"Bearer {principal.bearer}"} if principal.bearer else {}


def build(app: Flask, database: Path, copy: Path) -> World:
    """Fill an empty, migrated database."""
    with app.app_context():
        own = _house("本地示例市场监管局", "", uscc_from=0)
        foreign = _house(f"{CANARY}市场监管局", CANARY, uscc_from=3)
    principals = {one.name: one for one in _principals(app, own, foreign)}
    world = World(app, own, foreign, principals, database, copy)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    source, target = sqlite3.connect(database), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    shutil.copytree(_media(app), _kept(copy))
    return world


def _media(app: Flask) -> Path:
    with app.app_context():
        return settings().media_dir


def _kept(copy: Path) -> Path:
    """Where the uploads lie that belong to a copy of the database."""
    return copy.with_suffix(".media")


def _house(name: str, mark: str, *, uscc_from: int) -> House:
    organisation = makers.make_organisation(name)
    house = House(organisation.public_id)
    for people in (house.staff, house.colleagues):
        for role in Role:
            people[role] = makers.make_staff(
                role, organisation=organisation, name=f"{mark}{role.value}"
            ).public_id
    programme = makers.make_programme(organisation)
    programme.name = f"{mark}年度公益培训"
    course, venue = makers.make_course(organisation), makers.make_venue(organisation)
    course.title, venue.name, venue.address = f"{mark}课程", f"{mark}报告厅", f"{mark}路1号"
    makers.save(programme, course, venue)
    house.programme_id, house.course_id = programme.public_id, course.public_id
    house.venue_id = venue.public_id
    trainer = _staff(house.staff[Role.TRAINER])
    house.places = [
        _place(organisation, mark, number=uscc_from, trainer=trainer),
        _place(organisation, mark, number=uscc_from + 1, trainer=None),
    ]
    return house


def _staff(public_id: str) -> Staff:
    return db.session.scalars(select(Staff).where(Staff.public_id == public_id)).one()


def _place(organisation: Organisation, mark: str, *, number: int, trainer: Staff | None) -> Place:
    """Make a published training that starts in an hour, with one of everything."""
    training = makers.make_training(
        organisation,
        title=f"场次{number}",
        mode=Mode.HYBRID,
        state=TrainingState.PUBLISHED,
        starts_at=NOW + timedelta(hours=1),
        trainer=trainer,
        signup_opens_at=NOW - timedelta(days=3),
        signup_closes_at=NOW + timedelta(minutes=50),
        taken_onsite=1,
        seat_sequence=1,
    )
    [lesson] = training.lessons
    attendee, code, registration = _attendee(training, mark, number)
    desk = make_desk(lesson, label=f"{mark}门")
    invitation = make_invitation(lesson, _inviter(organisation), label=f"{mark}侧门", now=NOW)
    stored = uploads.store(
        io.BytesIO(b"%PDF-1.4\n%%EOF\n"),
        file_name="讲义.pdf",
        root=settings().media_dir,
        max_bytes=1000,
    )
    material = Material(
        organisation_id=organisation.id,
        training_id=training.id,
        title="讲义",
        file_name="讲义.pdf",
        stored_name=stored.name,
        media_type="application/pdf",
        size_bytes=4,
        sha256="0" * 64,
        created_at=NOW,
    )
    letter = Letter(
        organisation_id=organisation.id,
        key=f"registered:{registration.public_id}",
        kind="registrations.registered",
        subject_kind="registration",
        subject_id=registration.public_id,
        recipient=f"{number}@example.com",
        subject=f"{mark}报名成功",
        text=f"{mark}正文",
        message_id=f"<{number}@example.com>",
        state=LetterState.FAILED,
        due_at=NOW,
        created_at=NOW,
    )
    makers.save(material, letter)
    proof_number, proof_batch_id = make_proof_row(training, attendee)
    return Place(
        training_id=training.public_id,
        lesson_id=lesson.public_id,
        registration_id=registration.public_id,
        attendee_id=attendee.public_id,
        code=code,
        group_code=tokens.issue(tokens.Purpose.GROUP, registration.public_id),
        manage_token=tokens.issue(tokens.Purpose.MANAGE, registration.manage_token_id),
        desk_id=desk.public_id,
        desk_token=desk_token(desk),
        invitation=tokens.issue(tokens.Purpose.ENROL, invitation.token_id),
        material_id=material.public_id,
        letter_id=letter.public_id,
        proof_number=proof_number,
        proof_batch_id=proof_batch_id,
        appeal_id=_appeal(attendee, lesson, mark).public_id,
        log_id=_log(organisation, training, mark).public_id,
    )


def _log(organisation: Organisation, training: Training, mark: str) -> PlatformLog:
    """Make a log of a meeting whose one line nobody was found for."""
    [lesson] = training.lessons
    log = PlatformLog(
        organisation_id=organisation.id,
        lesson_id=lesson.id,
        staff_id=_inviter(organisation).id,
        platform=Platform.TENCENT_MEETING,
        file_name=f"{mark}记录.xlsx",
        file_sha256="0" * 64,
        mapping={"name": f"{mark}昵称", "joined_at": "入会时间", "left_at": "退会时间"},
        created_at=NOW,
    )
    makers.save(log)
    line = LogLine(
        log_id=log.id,
        number=1,
        name=f"{mark}某人",
        enterprise=f"{mark}单位",
        joined_at=lesson.starts_at,
        left_at=lesson.ends_at,
        match=Match.UNMATCHED,
        suggestions=[],
    )
    makers.save(line)
    return log


def _inviter(organisation: Organisation) -> Staff:
    [first, *_others] = db.session.scalars(
        select(Staff).join(Membership).where(Membership.organisation_id == organisation.id)
    )
    return first


def _appeal(attendee: Attendee, lesson: Lesson, mark: str) -> Appeal:
    stored = uploads.store(
        io.BytesIO(b"%PDF-1.4\n%%EOF\n"),
        file_name="照片.pdf",
        root=settings().media_dir / "appeals",
        max_bytes=1000,
    )
    appeal = Appeal(
        organisation_id=attendee.organisation_id,
        training_id=attendee.training_id,
        lesson_id=lesson.id,
        attendee_id=attendee.id,
        raised_by=AppealedBy.ATTENDEE,
        text=f"{mark}到场了",
        file=stored.name,
        file_name="照片.pdf",
        created_at=NOW,
    )
    makers.save(appeal)
    return appeal


def _attendee(training: Training, mark: str, number: int) -> tuple[Attendee, str, Registration]:
    enterprise = Enterprise(
        uscc=makers.USCCS[number], name=f"{mark}企业{number}", city="440100", created_at=NOW
    )
    makers.save(enterprise)
    phone = f"+8613800138{number:03d}"
    lookup = sealing.lookup(phone, "phone")
    common = {"enterprise_id": enterprise.id, "phone": phone, "phone_lookup": lookup}
    contact = Contact(**common, name=f"{mark}联系人", created_at=NOW)
    person = Person(**common, name=f"{mark}学员", created_at=NOW)
    makers.save(contact, person)
    registration = Registration(
        organisation_id=training.organisation_id,
        training_id=training.id,
        enterprise_id=enterprise.id,
        contact_id=contact.id,
        state=RegistrationState.CONFIRMED,
        if_full=IfFull.WAITLIST_REST,
        manage_token_id=new_id(),
        contact_name=contact.name,
        contact_phone=phone,
        contact_email=f"{number}@example.com",
        enterprise_name=enterprise.name,
        city="440100",
        policy_version="1",
        consent_purposes=["registration"],
        consented_at=NOW,
        created_at=NOW,
    )
    makers.save(registration)
    attendee = Attendee(
        **common,
        organisation_id=training.organisation_id,
        training_id=training.id,
        registration_id=registration.id,
        person_id=person.id,
        name=person.name,
        job_title=f"{mark}职务",
        channel=Channel.ONSITE,
        state=AttendeeState.CONFIRMED,
        sequence=1,
        created_at=NOW,
        confirmed_at=NOW,
    )
    makers.save(attendee)
    ticket = Ticket(token_id=new_id(), attendee_id=attendee.id, issued_at=NOW)
    makers.save(ticket)
    return attendee, tokens.issue(tokens.Purpose.TICKET, ticket.token_id), registration


def _principals(app: Flask, own: House, foreign: House) -> list[Principal]:
    found = [Principal(name="anonymous", kind="anonymous")]
    for side, house in ((OWN, own), (FOREIGN, foreign)):
        found += [_signed_in(app, side, role, house.staff[role]) for role in Role]
    found += [
        _program(app, "api organiser", own.staff[Role.ORGANISER], *Scope),
        _program(app, "api without", own.staff[Role.ADMIN]),
        _program(app, "api trainer", own.staff[Role.TRAINER], Scope.CHECKIN),
        _program(app, "api foreign", foreign.staff[Role.ORGANISER], *Scope, side=FOREIGN),
    ]
    first = own.places[0]
    found += [
        Principal(name="manage", kind="manage", bearer=first.manage_token),
        Principal(name="desk", kind="desk", bearer=first.desk_token),
        Principal(name="ticket", kind="ticket", bearer=first.code),
        _granted(app, first),
    ]
    return found


def _signed_in(app: Flask, side: str, role: Role, public_id: str) -> Principal:
    """Sign in twice: once to come in, once to have a second browser and a token to give up."""
    client = app.test_client()
    with app.app_context():
        staff = _staff(public_id)
        makers.sign_in(client, staff)
        other = LoginSession(
            staff_id=staff.id,
            organisation_id=staff.memberships[0].organisation_id,
            created_at=NOW,
            expires_at=NOW + timedelta(hours=8),
        )
        token = ApiToken(
            staff_id=staff.id,
            organisation_id=staff.memberships[0].organisation_id,
            label="to be revoked",
            scopes=[],
            created_at=NOW,
            expires_at=NOW + timedelta(days=9),
        )
        makers.save(other, token)
    return Principal(
        name=f"{side} {role.value}",
        kind="staff",
        side=side,
        role=role,
        cookie=client.get_cookie("guanbiao").value,
        session_id=other.public_id,
        token_id=token.public_id,
    )


def _program(app: Flask, name: str, staff_id: str, *scopes: Scope, side: str = OWN) -> Principal:
    with app.app_context():
        bearer = makers.make_api_token(_staff(staff_id), *scopes)
        role = db.session.scalar(
            select(Membership.role).join(Staff).where(Staff.public_id == staff_id)
        )
    return Principal(
        name=name, kind="api", side=side, role=role, scopes=frozenset(scopes), bearer=bearer
    )


def _granted(app: Flask, place: Place) -> Principal:
    client = app.test_client()
    answer = client.get(f"/my/r/{place.manage_token}")
    cookie = client.get_cookie("guanbiao")
    assert cookie is not None, f"the manage link granted nothing ({answer.status_code})"
    return Principal(name="grant", kind="grant", cookie=cookie.value)


Finder = Callable[[World, Principal, str], str]


def place_of(world: World, relation: str) -> Place | None:
    """Give the place that stands in this relation to the own organisation's first one."""
    return {
        OWN: world.own.places[0],
        SIBLING: world.own.places[1],
        FOREIGN: world.foreign.places[0],
        NOWHERE: None,
    }[relation]
