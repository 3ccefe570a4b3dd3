"""The chain of the audit log: every change, loss or move of an entry is noticed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from app.audit import commands, queries
from app.audit.models import AuditEntry
from app.audit.rules import Actor, Report, chained
from app.kit.database import db, unit_of_work
from tests.makers import NOON

CLERK = Actor(kind="staff", id="c" * 26, organisation_id=7)


def record(count: int) -> None:
    def work() -> None:
        for number in range(count):
            commands.record(
                "training.published",
                by=CLERK,
                now=NOON + timedelta(seconds=number),
                subject_kind="training",
                subject_id=f"t{number}",
                seats=number,
            )

    unit_of_work(work)


def seal(limit: int = 100) -> int:
    return unit_of_work(lambda: commands.seal(limit))


def change(statement: str) -> None:
    unit_of_work(lambda: db.session.execute(text(statement)))


def test_chained_depends_on_what_came_before():
    assert chained("", {"a": 1}) != chained("x", {"a": 1})


def test_chained_does_not_depend_on_the_order_of_keys():
    assert chained("x", {"a": 1, "b": "参"}) == chained("x", {"b": "参", "a": 1})


def test_seal_when_nothing_waits_seals_nothing(context):
    assert seal() == 0
    assert queries.verify() == Report(sealed=0, unsealed=0)


def test_seal_binds_the_oldest_first_up_to_its_limit(context):
    record(3)
    assert seal(limit=2) == 2
    assert queries.verify() == Report(sealed=2, unsealed=1)
    sealed = db.session.scalars(
        select(AuditEntry.subject_id)
        .where(AuditEntry.sequence.is_not(None))
        .order_by(AuditEntry.sequence)
    ).all()
    assert sealed == ["t0", "t1"]


def test_verify_when_all_is_as_it_was_finds_the_chain_whole(context):
    record(5)
    seal(limit=2)
    seal()
    assert queries.verify().is_whole


@pytest.mark.parametrize(
    "setting",
    [
        "at = '2026-03-19 04:00:09'",
        "actor_kind = 'api'",
        "actor_id = 'somebody else'",
        "organisation_id = 8",
        "organisation_id = NULL",
        "action = 'training.cancelled'",
        "subject_kind = 'lesson'",
        "subject_id = 't9'",
        "details = '{\"seats\": 99}'",
        "chain_hash = 'f00'",
        "chain_hash = NULL",
        "sequence = 9",
    ],
)
def test_verify_when_a_column_was_changed_names_the_entry(context, setting):
    record(4)
    seal()
    change(f"UPDATE audit_entry SET {setting} WHERE sequence = 2")  # noqa: S608
    assert queries.verify().broken_at == 2


def test_verify_when_an_entry_was_deleted_in_the_middle_names_its_place(context):
    record(4)
    seal()
    change("DELETE FROM audit_entry WHERE sequence = 2")
    assert queries.verify() == Report(sealed=1, unsealed=0, broken_at=2)


def test_verify_when_the_end_was_cut_off_names_the_first_missing(context):
    record(4)
    seal()
    change("DELETE FROM audit_entry WHERE sequence = 4")
    assert queries.verify() == Report(sealed=3, unsealed=0, broken_at=4)


def test_verify_when_two_entries_changed_places_names_the_first(context):
    record(4)
    seal()
    change("UPDATE audit_entry SET sequence = 99 WHERE sequence = 2")
    change("UPDATE audit_entry SET sequence = 2 WHERE sequence = 3")
    change("UPDATE audit_entry SET sequence = 3 WHERE sequence = 99")
    assert queries.verify().broken_at == 2


def test_verify_when_a_sealed_entry_was_unsealed_notices(context):
    record(3)
    seal()
    change("UPDATE audit_entry SET sequence = NULL, chain_hash = NULL WHERE sequence = 3")
    assert queries.verify() == Report(sealed=2, unsealed=1, broken_at=3)


def test_two_sealers_at_once_make_one_chain(app):
    with app.app_context():
        record(60)
    start = threading.Barrier(4)

    def sealer() -> None:
        with app.app_context():
            start.wait()
            while seal(limit=7):
                pass

    threads = [threading.Thread(target=sealer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert queries.verify() == Report(sealed=60, unsealed=0)
        assert db.session.scalar(select(func.max(AuditEntry.sequence))) == 60
