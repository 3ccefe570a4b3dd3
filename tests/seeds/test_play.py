"""Synthetic data: the same on both engines, consistent, in every state, in the contract's shape."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import flask_migrate
import pytest
from sqlalchemy import func, select

from app import create_app
from app.accounts.models import Staff
from app.attendance.models import (
    Appeal,
    AppealState,
    Attendance,
    Credit,
    Desk,
    Fact,
    FactKind,
    LateScan,
    LogLine,
    Match,
    PlatformLog,
    RuleVersion,
    Verdict,
)
from app.audit.models import AuditEntry
from app.feedback.models import Feedback
from app.kit import clock, digests, invariants, passwords
from app.kit.database import db
from app.kit.settings import settings
from app.outbox.models import Letter, LetterState
from app.registrations.models import Attendee, AttendeeState
from app.seeds import play, post
from app.seeds.play import AlreadyFilled, Profile
from app.trainings import rules
from app.trainings.models import Lesson, Mode, Training, TrainingState
from app.trainings.rules import SignupState
from config import Settings
from tests import databases

NOW = datetime(2026, 3, 19, 2, 34, 56, tzinfo=UTC)  # 10:34 in Shanghai
pytestmark = pytest.mark.timeout(300)
SHAPE = {
    "organisations": {"id", "name", "kind"},
    "staff": {"id", "organisation_id", "role", "email", "password", "api_token"},
    "enterprises": {"id", "uscc", "name", "contacts"},
    "trainings": {
        "id",
        "organisation_id",
        "title",
        "mode",
        "state",
        "capacity_onsite",
        "capacity_online",
        "lessons",
    },
    "attendees": {"id", "training_id", "enterprise_id", "state", "ticket_code"},
}


def digest() -> str:
    db.session.remove()
    with db.engine.connect() as connection:
        return digests.whole(digests.of_tables(connection, list(db.metadata.tables.values())))


def seed(profile: Profile, **values):
    return play.seed(profile, now=NOW, **values)


def count(model, *conditions) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def digest_at(url: str, profile: Profile, **values) -> str:
    """Seed a database of its own and give its digest."""
    app = create_app(replace(settings(), database_url=url))
    with app.app_context():
        flask_migrate.upgrade()
        seed(profile, **values)
        found = digest()
        db.session.remove()
        db.engine.dispose()
    return found


@pytest.mark.needs_postgresql
@pytest.mark.parametrize("profile", list(Profile))
def test_seed_then_both_engines_have_the_same_rows(instance_dir, tmp_path, profile):
    with (
        databases.empty("sqlite", tmp_path) as one,
        databases.empty("postgresql", tmp_path) as other,
        create_app(Settings.for_tests(instance_dir)).app_context(),
    ):
        assert digest_at(one, profile, attendees=130) == digest_at(other, profile, attendees=130)


def test_seed_when_the_number_differs_then_the_rows_do(instance_dir, tmp_path):
    with (
        databases.empty("sqlite", tmp_path) as one,
        databases.empty("sqlite", tmp_path) as other,
        create_app(Settings.for_tests(instance_dir)).app_context(),
    ):
        first = digest_at(one, Profile.LOAD, attendees=30)
        assert digest_at(other, Profile.LOAD, attendees=30, number=2) != first


def test_seed_when_the_database_is_in_use_then_it_is_refused(context):
    seed(Profile.ACCEPTANCE)
    before = digest()
    with pytest.raises(AlreadyFilled):
        seed(Profile.DEMO)
    assert digest() == before


def test_seed_when_it_fails_half_way_then_nothing_is_kept(context, monkeypatch):
    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(post, "deliver", fail)
    empty = digest()
    with pytest.raises(RuntimeError):
        seed(Profile.ACCEPTANCE)
    assert digest() == empty


def test_acceptance_then_it_is_what_the_contract_says(context):
    document = seed(Profile.ACCEPTANCE).document()
    assert invariants.violations(context, now=NOW) == []
    assert {name: len(rows) for name, rows in document.items() if name != "attendees"} == {
        "organisations": 3,
        "staff": 12,
        "enterprises": 12,
        "trainings": 18,
    }
    assert {name: set(rows[0]) for name, rows in document.items()} == SHAPE
    assert set(document["enterprises"][0]["contacts"][0]) == {"name", "phone", "email"}
    assert set(document["trainings"][0]["lessons"][0]) == {"id", "starts_at", "ends_at"}
    per_office = Counter(one["organisation_id"] for one in document["trainings"])
    assert sorted(per_office.values()) == [6, 6, 6]
    roles = Counter(one["role"] for one in document["staff"])
    assert roles == {"organiser": 3, "trainer": 3, "supervisor": 3, "admin": 3}
    assert {one["state"] for one in document["attendees"]} == {s.value for s in AttendeeState}


def test_acceptance_then_every_state_of_a_training_is_there_and_one_runs_now(context):
    made = seed(Profile.ACCEPTANCE)
    trainings = db.session.scalars(select(Training)).all()
    states = {rules.signup_state(rules.facts_of(one), NOW) for one in trainings}
    assert states >= {SignupState.OPEN, SignupState.FULL, SignupState.NOT_OPEN, SignupState.CLOSED}
    assert count(Lesson, Lesson.starts_at <= NOW, Lesson.ends_at > NOW) == 3
    assert count(Training, Training.state == TrainingState.CLOSED) == 3
    for one in made.staff[:2]:
        stored = db.session.scalar(select(Staff.password_hash).where(Staff.email == one.email))
        assert passwords.matches(one.password, stored)


def test_acceptance_then_scans_of_the_running_lesson_are_admitted(app):
    with app.app_context():
        document = play.seed(Profile.ACCEPTANCE, now=clock.now()).document()
    running = next(one for one in document["trainings"] if "进行中" in one["title"])
    token = next(
        one["api_token"]
        for one in document["staff"]
        if one["organisation_id"] == running["organisation_id"] and one["role"] == "organiser"
    )
    ticket = next(
        one["ticket_code"]
        for one in document["attendees"]
        if one["training_id"] == running["id"] and one["state"] == "confirmed"
    )
    scan = {"uid": str(uuid.uuid4()), "code": ticket, "direction": "in", "sequence": 1}
    answer = app.test_client().post(
        f"/api/v1/lessons/{running['lessons'][0]['id']}/scans",
        headers={"Authorization": f"Bearer {token}"},
        json={"scans": [scan | {"occurred_at": clock.now().isoformat()}]},
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.json["results"][0]["verdict"] == "admitted"


def test_demo_then_a_year_is_there_as_it_was_lived(context):
    seed(Profile.DEMO)
    assert invariants.violations(context, now=NOW) == []
    states = Counter(db.session.scalars(select(Training.state)))
    assert set(states) == set(TrainingState)
    assert sum(states.values()) >= 8
    assert count(Training, Training.mode == Mode.ONSITE) >= 4
    assert count(Lesson, Lesson.starts_at <= NOW, Lesson.ends_at > NOW) == 1
    assert count(Training, Training.moved_at.is_not(None)) == 1
    assert found(Attendee.state) == set(AttendeeState)

    assert found(Fact.kind) == set(FactKind) - {FactKind.WATCH, FactKind.RESOLUTION}
    assert found(Fact.verdict) - {None} == {
        Verdict.ADMITTED,
        Verdict.ALREADY_IN,
        Verdict.OUT,
        Verdict.UNKNOWN,
    }
    assert found(Attendance.credit) >= {Credit.PRESENT, Credit.PARTIAL, Credit.EXCUSED}
    assert count(Attendance, Attendance.is_conflict) >= 1
    assert count(Attendance, Attendance.is_inside) >= 1
    assert count(Feedback) >= 50
    assert len(found(Feedback.overall)) >= 4

    letters = Counter(db.session.scalars(select(Letter.state)))
    assert letters[LetterState.SENT] > 100
    assert letters[LetterState.FAILED] == 1


def test_demo_then_its_evidence_comes_from_everywhere_and_some_of_it_waits(context):
    seed(Profile.DEMO)
    assert found(LogLine.match) == set(Match) - {Match.LINK, Match.CHOSEN}
    assert count(PlatformLog, PlatformLog.applied_at.is_not(None)) == 1
    assert count(PlatformLog, PlatformLog.content.is_not(None)) == 1
    assert found(RuleVersion.number) == {1}
    assert all(found(RuleVersion.reason))
    assert found(Appeal.state) == {AppealState.OPEN, AppealState.DECLINED}
    assert count(LateScan, LateScan.decided_at.is_(None)) == 1
    assert count(Desk, Desk.queue_length > 0, Desk.clock_skew_ms > 0) == 2
    assert count(Fact, Fact.kind == FactKind.SELF_CHECKIN) >= 5
    assert count(Fact, Fact.kind == FactKind.PAPER) == 4  # in and out, of two people
    fresh = select(Lesson.id).join(Training).where(Training.state == TrainingState.HELD)
    assert count(Attendance, Attendance.is_conflict, Attendance.lesson_id.in_(fresh)) >= 1
    assert count(AuditEntry, AuditEntry.action == "registration.at_door") == 2


def found(column) -> set:
    return set(db.session.scalars(select(column).distinct()))


def test_load_then_the_training_holds_so_many(context):
    document = seed(Profile.LOAD, attendees=1_037).document()
    assert invariants.violations(context, now=NOW) == []
    assert len(document["attendees"]) == 1_037
    assert {one["state"] for one in document["attendees"]} == {"confirmed"}
    assert len(document["trainings"][0]["lessons"]) == 2
    training = db.session.scalars(select(Training)).one()
    assert (training.taken_onsite, training.taken_online) == (519, 518)
