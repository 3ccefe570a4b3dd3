"""Every page there is, found through the policy: a way to walk through the whole house.

A page is any GET route that answers with HTML. Arguments of its address are filled from a year of
synthetic data; an argument that is not known here is a failure, so that no new page is missed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.accounts.models import Membership, Organisation, Role, Staff
from app.attendance.models import Attendance, Credit
from app.feedback.models import Feedback
from app.kit import clock, guards, tokens
from app.kit.database import db
from app.outbox.models import Letter
from app.proofs.models import Proof, ProofBatch
from app.registrations.models import Attendee, AttendeeState, Registration, Ticket
from app.trainings.models import Course, Lesson, Material, Programme, Training, TrainingState, Venue
from tests import makers
from tests.browser import places

NOBODY, HOLDER, NEWCOMER = "nobody", "holder of a manage link", "newcomer"
PROGRAMS = ("/api/", "/static/", "/healthz", "/readyz", "/metrics")
FILES = (".js", ".webmanifest", ".ics", ".png", ".svg", ".pdf", ".csv", ".xlsx", ".zip")
FILES += (">.<", ".<any", "/materials/<", "/hall/code", "/file")
ON_THE_WAY = {"/staff/sign-in/code", "/my/r/<token>"}  # lead on to another page
EVERY_STATE = {"/trainings/<training_id>", "/staff/trainings/<training_id>", "/t/<code>"}
EVERY_STATE |= {"/staff/trainings/<training_id>/proofs", "/t/<code>/proof"}
EVERY_STATE |= {"/staff/trainings/<training_id>/rule"}
SEEN_BY_ALL = {  # and differ by role
    "/staff/",
    "/staff/trainings",
    "/staff/trainings/<training_id>",
    "/staff/trainings/<training_id>/attendance",
    "/staff/trainings/<training_id>/registrations",
}
NOTHING_FOUND = (
    "/?city=445300&mode=livestream&status=open",
    "/?past=1&month=2019-01",
    "/calendar?month=2031-05",
)
REFUSED = ("/no-such-page", f"/trainings/{'0' * 26}", "/t/no-such-code", "/my/r/no-such-token")
SAMPLES = {
    "training_id": Training,
    "lesson_id": Lesson,
    "course_id": Course,
    "programme_id": Programme,
    "venue_id": Venue,
    "letter_id": Letter,
    "material_id": Material,
    "staff_id": Staff,
    "batch_id": ProofBatch,
}
OF_THEIR_OWN = {  # addresses in which an argument means something else than in all others
    "/g/<code>": {"code": "group"},
    "/t/<code>/appeal": {"code": "objecting"},
    "/staff/lessons/<lesson_id>/logs/<log_id>": {"lesson_id": "watched"},
    "/staff/lessons/<lesson_id>/logs/<log_id>/apply": {"lesson_id": "watched"},
    "/staff/lessons/<lesson_id>/logs/<log_id>/columns": {"lesson_id": "watched"},
}
Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One page and who looks at it."""

    path: str
    who: str
    status: int = 200


def list_visits(app: Flask) -> list[Visit]:
    """List every page with everybody who may see it; empty and refused ones too."""
    with app.app_context():
        known, states = _values(), _states()
    visits = [
        *(visit for entry in guards.policy(app) for visit in _visits(entry, known, states)),
        *(Visit(path=path, who=NOBODY) for path in NOTHING_FOUND),
        *(Visit(path=path, who=NOBODY, status=404) for path in REFUSED),
        Visit(path=f"/t/{known['early'][0]}/feedback", who=NOBODY, status=409),
    ]
    return list(dict.fromkeys(visits))


def cookies_of(app: Flask) -> dict[str, str]:
    """Give the value of the cookie of everybody who looks at pages."""
    found = {NOBODY: ""}
    with app.app_context():
        staff = {role.value: _staff_with(role) for role in Role}
        empty = makers.make_organisation()
        staff[NEWCOMER] = makers.make_staff(*Role, organisation=empty, name="新来的")
        grant = _registration().manage_token_id
        for who, one in staff.items():
            client = app.test_client()
            makers.sign_in(client, one)
            found[who] = _cookie(client)
        holder = app.test_client()
        holder.get(f"/my/r/{tokens.issue(tokens.Purpose.MANAGE, grant)}")
        found[HOLDER] = _cookie(holder)
    return found


def _cookie(client: object) -> str:
    cookie = client.get_cookie("guanbiao")  # type: ignore[attr-defined]  # Flask's test client
    assert cookie is not None
    return str(cookie.value)


def _visits(entry: guards.Entry, known: Values, states: Values) -> Iterator[Visit]:
    rule = entry.rule
    if entry.method != "GET" or rule.startswith(PROGRAMS) or rule in ON_THE_WAY:
        return
    if any(mark in rule for mark in FILES):
        return
    for path in _filled(rule, states if rule in EVERY_STATE else known):
        for who in _who(entry, path):
            yield Visit(path=path, who=who)


def _who(entry: guards.Entry, path: str) -> Iterable[str]:
    guard = entry.guard
    if guard is None or guard.kind in {"public", "with_ticket", "with_group"}:
        return [NOBODY]
    if guard.kind == "with_manage_grant":
        return [HOLDER]
    assert guard.kind == "requires", f"who may see {entry.rule}?"
    if entry.rule in SEEN_BY_ALL:
        return guard.needs
    return guard.needs[:1] if "<" in entry.rule else [guard.needs[0], NEWCOMER]


def _filled(rule: str, known: Values) -> Iterator[str]:
    """Put known values into an address; several arguments take their values side by side."""
    names = [part.split(">")[0] for part in rule.split("<")[1:]]
    meant = [OF_THEIR_OWN.get(rule, {}).get(name, name) for name in names]
    missing = [name for name in meant if name not in known]
    assert not missing, f"{rule}: say in rounds.py what {missing} may be"
    for values in zip(*(known[name] for name in meant), strict=False) if names else [()]:
        path = rule
        for name, value in zip(names, values, strict=True):
            path = path.replace(f"<{name}>", value)
        yield path


def _values() -> dict[str, list[str]]:
    """Give one value for each name of an argument, all of one organisation and fitting together."""
    registration = _registration()
    attendee = registration.attendees[0]
    training = db.session.get_one(Training, registration.training_id)
    home = training.organisation_id
    doors = [(places.lesson_of(training.id), attendee), *places.doors(home)]
    appeals = places.appeals(home)
    logs = places.logs(home)
    found = {
        name: [row.public_id]
        for name, model in SAMPLES.items()
        if (row := db.session.scalars(_own(model, home)).first()) is not None
    }
    return found | {
        "training_id": [training.public_id],
        "lesson_id": [lesson.public_id for lesson, _ in doors],
        "registration_id": [registration.public_id],
        "attendee_id": [one.public_id for _, one in doors],
        "log_id": [log.public_id for log in logs],
        "watched": [db.session.get_one(Lesson, log.lesson_id).public_id for log in logs],
        "appeal_id": [appeal.public_id for appeal in appeals],
        "objecting": [_code(one) for one in places.objecting(appeals)],
        "number": _numbers(home),
        "proof_number": _numbers(home),
        "code": [_code(_answering())],
        "group": [tokens.issue(tokens.Purpose.GROUP, registration.public_id)],
        "early": [_code(attendee)],
    }


def _numbers(home: int) -> list[str]:
    """Give a proof that counts and one that was taken back."""
    mine = select(Proof.number).where(Proof.organisation_id == home).order_by(Proof.id)
    live, gone = Proof.revoked_at.is_(None), Proof.revoked_at.is_not(None)
    return [db.session.scalars(mine.where(one)).first() or "" for one in (live, gone)]


def _own(model: type, home: int) -> object:
    if model is Staff:
        return select(Staff).join(Membership).where(Membership.organisation_id == home)
    return select(model).where(model.organisation_id == home).order_by(model.id)


def _states() -> dict[str, list[str]]:
    """Give a training in each state, announced ones in each mode, and a ticket in each state."""
    home = _home()
    trainings = {
        one.state: one.public_id
        for one in db.session.scalars(select(Training).where(Training.organisation_id == home))
        if one.state is not TrainingState.DRAFT
    }
    codes = [
        _code(one)
        for state in AttendeeState
        for one in db.session.scalars(
            select(Attendee)
            .join(Ticket)
            .options(selectinload(Attendee.tickets))
            .where(Attendee.state == state, Ticket.revoked_at.is_(None))
            .order_by(Attendee.id.desc())
            .limit(1)
        )
    ]
    return {"training_id": list(trainings.values()), "code": codes}


def _answering() -> Attendee:
    """Give somebody who was there and has not said how it was."""
    return (
        db.session.scalars(
            select(Attendee)
            .join(Ticket)
            .join(Attendance, Attendance.attendee_id == Attendee.id)
            .join(Training, Training.id == Attendee.training_id)
            .options(selectinload(Attendee.tickets))
            .where(
                Attendance.credit == Credit.PRESENT,
                Training.state == TrainingState.HELD,
                Ticket.revoked_at.is_(None),
                Attendee.id.not_in(select(Feedback.attendee_id)),
            )
            .limit(1)
        )
        .unique()
        .one()
    )


def _home() -> int:
    return db.session.scalars(select(Organisation.id).order_by(Organisation.id).limit(1)).one()


def _code(attendee: Attendee) -> str:
    ticket = next(one for one in attendee.tickets if one.revoked_at is None)
    return tokens.issue(tokens.Purpose.TICKET, ticket.token_id)


def _registration() -> Registration:
    """Give a registration that may still be changed, with a confirmed attendee first."""
    query = (
        select(Registration)
        .join(Attendee)
        .join(Training, Training.id == Registration.training_id)
        .options(selectinload(Registration.attendees).selectinload(Attendee.tickets))
        .where(
            Attendee.state == AttendeeState.CONFIRMED,
            Training.state == TrainingState.PUBLISHED,
            Training.signup_closes_at > clock.now(),
            Training.organisation_id == _home(),
        )
        .order_by(Registration.id.desc())
    )
    found = (one for one in db.session.scalars(query).unique())
    return next(one for one in found if one.attendees[0].state is AttendeeState.CONFIRMED)


def _staff_with(role: Role) -> Staff:
    return db.session.scalars(
        select(Staff)
        .join(Membership)
        .options(selectinload(Staff.memberships))
        .where(Membership.role == role)
        .order_by(Staff.id)
    ).first() or makers.make_staff(role)


def grouped(visits: Iterable[Visit]) -> dict[str, list[Visit]]:
    """Put visits together by who makes them."""
    ordered = sorted(visits, key=lambda visit: visit.who)
    return {who: list(found) for who, found in itertools.groupby(ordered, lambda one: one.who)}
