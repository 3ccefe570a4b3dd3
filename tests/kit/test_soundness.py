"""What must hold in every table: each check names the row that breaks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from app.audit import commands as audit
from app.audit.rules import SYSTEM
from app.kit import health, invariants, leases, soundness
from app.kit.database import db, unit_of_work
from app.kit.idempotency import IdempotentAnswer
from tests import makers

NOW = datetime(2026, 3, 19, 4, tzinfo=UTC)


def found(context) -> list[tuple[str, str]]:
    db.session.remove()
    return [(one.rule, one.row) for one in invariants.violations(context, now=NOW)]


def run(statement: str, **values: object) -> None:
    unit_of_work(lambda: db.session.execute(text(statement), values))


def test_when_nothing_is_wrong_then_nothing_is_found(context):
    makers.make_training(trainer=makers.make_staff())
    assert found(context) == []


def test_a_child_of_another_organisation_is_named(context):
    training = makers.make_training()
    other = makers.make_organisation()
    makers.save(makers.make_programme(other))
    programme = makers.make_programme(other)
    run("UPDATE training SET programme_id = :key", key=programme.id)
    named = {rule for rule, row in found(context) if row == f"training {training.id}"}
    assert named == {"owner of child and parent"}


def test_an_instant_that_no_clock_has_shown_is_named(context):
    organisation = makers.make_organisation()
    organisation.created_at = NOW + timedelta(minutes=6)
    makers.save(organisation)
    assert found(context) == [("instants are sane", f"organisation {organisation.id}")]
    organisation.created_at = datetime(1970, 1, 1, tzinfo=UTC)
    makers.save(organisation)
    assert found(context) == [("instants are sane", f"organisation {organisation.id}")]
    organisation.created_at = NOW + timedelta(minutes=4)  # clocks of two machines differ a little
    makers.save(organisation)
    assert found(context) == []


def test_a_database_of_another_version_is_named(context):
    run("UPDATE alembic_version SET version_num = '0001'")
    try:
        rules = [one.rule for one in soundness.database_has_the_version_of_the_code(NOW)]
    finally:
        run("UPDATE alembic_version SET version_num = :head", head=health.head())
    assert rules == ["migration head"]


def test_a_lease_that_is_held_too_long_is_named(context):
    unit_of_work(lambda: leases.acquire("scheduler", "a", now=NOW))
    assert found(context) == []
    row = leases.find("scheduler")
    row.expires_at = NOW + timedelta(minutes=1)
    makers.save(row)
    assert found(context) == [("lease in order", "lease scheduler")]


def test_an_answer_that_cannot_be_given_again_is_named(context):
    row = IdempotentAnswer(
        principal="p", key="k", request_hash="h", status=0, body="", created_at=NOW
    )
    makers.save(row)
    assert found(context) == [("idempotent answer complete", f"idempotent_answer {row.id}")]


def test_a_changed_entry_of_the_audit_log_is_named(context):
    for number in range(3):
        unit_of_work(
            lambda n=number: audit.record(
                "staff.signed_in", by=SYSTEM, now=NOW, subject_kind="staff", subject_id=f"{n}"
            )
        )
    unit_of_work(lambda: audit.seal(10))
    assert found(context) == []
    run("UPDATE audit_entry SET subject_id = '9' WHERE sequence = 2")
    assert found(context) == [("audit chain verifies", "audit_entry with sequence 2")]
