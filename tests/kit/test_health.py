"""Pages for machines: alive, ready for what reason, measured."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.kit import health, leases
from app.kit.database import db, unit_of_work
from tests import makers


def hold_the_lease() -> None:
    unit_of_work(lambda: leases.acquire(health.SCHEDULER_LEASE, "a", now=leases.database_now()))


def test_healthz_when_the_process_answers_then_it_is_ok(client):
    assert client.get("/healthz").json == {"status": "ok"}


def test_readyz_when_everything_is_there_then_it_is_ok(app, client):
    with app.app_context():
        hold_the_lease()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        200,
        {
            "status": "ok",
            "checks": {"database": True, "migrations": True, "disk": True, "scheduler": True},
        },
    )


def test_readyz_when_no_scheduler_leads_then_it_fails_and_says_so(app, client):
    with app.app_context():
        unit_of_work(
            lambda: leases.acquire(
                health.SCHEDULER_LEASE, "a", now=leases.database_now() - timedelta(minutes=1)
            )
        )
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert [name for name, holds in answer.json["checks"].items() if not holds] == ["scheduler"]


def test_readyz_when_the_tables_are_of_another_version_then_it_fails(app, client):
    with app.app_context():
        hold_the_lease()
        unit_of_work(
            lambda: db.session.execute(text("UPDATE alembic_version SET version_num='0001'"))
        )
    try:
        answer = client.get("/readyz")
    finally:
        with app.app_context():
            statement = text("UPDATE alembic_version SET version_num = :head")
            unit_of_work(lambda: db.session.execute(statement, {"head": health.head()}))
    assert answer.status_code == 503
    assert [name for name, holds in answer.json["checks"].items() if not holds] == ["migrations"]


def test_readyz_when_the_disk_is_full_then_it_fails(app, client, monkeypatch):
    with app.app_context():
        hold_the_lease()
    monkeypatch.setattr(health, "DISK_MINIMUM_BYTES", 1 << 60)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert [name for name, holds in answer.json["checks"].items() if not holds] == ["disk"]


def test_metrics_then_the_outbox_is_measured(app, client):
    with app.app_context():
        makers.make_organisation()
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    assert "guanbiao_letters_waiting 0.0" in lines
    assert "guanbiao_letters_failed 0.0" in lines


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_pages_for_machines_are_never_kept(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"
