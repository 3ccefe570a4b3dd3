"""What must hold of facts and records in a live database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, func, select, union_all

from app.attendance.models import Attendance, Fact
from app.attendance.rules.folding import (
    FactValue,
    Record,
    basis_in,
    fold,
    is_same_evidence,
    value_of,
)
from app.attendance.rules.ledger import BOUND, chain_values
from app.audit.rules import chained
from app.kit.database import db
from app.kit.invariants import Check, Violation
from app.registrations.models import RosterChange
from app.trainings.models import Lesson

CHUNK = 1000
FIELDS = (
    "credit",
    "minutes",
    "first_in_at",
    "first_in_desk_id",
    "last_out_at",
    "is_inside",
    "is_conflict",
    "is_corrected",
)


def chains_verify(_now: datetime) -> Iterator[Violation]:
    """Each fact is bound to the one before it in its lesson: none was changed or taken away."""
    facts = db.session.scalars(
        select(Fact).order_by(Fact.lesson_id, Fact.sequence),
        execution_options={"yield_per": CHUNK},
    )
    for _, in_lesson in groupby(facts, key=attrgetter("lesson_id")):
        head = ""
        for fact in in_lesson:
            values = chain_values({name: getattr(fact, name) for name in BOUND})
            if chained(head, values) != fact.chain_hash:
                yield _violation("fact chain verifies", f"fact {fact.id}", "hash differs")
            head = fact.chain_hash


def feed_is_gapless(_now: datetime) -> Iterator[Violation]:
    """Facts and roster changes of a lesson use every number up to the counter exactly once."""
    numbers = union_all(
        select(Fact.lesson_id, Fact.sequence),
        select(RosterChange.lesson_id, RosterChange.sequence),
    ).subquery()
    rows = db.session.execute(
        select(
            Lesson.id,
            Lesson.feed_sequence,
            func.count(numbers.c.sequence).label("count"),
            func.count(numbers.c.sequence.distinct()).label("different"),
            func.coalesce(func.max(numbers.c.sequence), 0).label("last"),
        )
        .outerjoin(numbers, numbers.c.lesson_id == Lesson.id)
        .group_by(Lesson.id, Lesson.feed_sequence)
        .order_by(Lesson.id)
    )
    for row in rows:
        if not row.count == row.different == row.last == row.feed_sequence:
            detail = f"counter {row.feed_sequence}, {row.count} entries, the last is {row.last}"
            yield _violation("feed sequence gapless", f"lesson {row.id}", detail)


def uids_are_unique(_now: datetime) -> Iterator[Violation]:
    """Name one fact of a lesson by each uid."""
    rows = db.session.execute(
        select(Fact.lesson_id, Fact.uid, func.count(Fact.id).label("count"))
        .group_by(Fact.lesson_id, Fact.uid)
        .having(func.count(Fact.id) > 1)
        .order_by(Fact.lesson_id, Fact.uid)
    )
    for row in rows:
        detail = f"{row.count} facts named {row.uid}"
        yield _violation("fact uids unique", f"lesson {row.lesson_id}", detail)


def records_are_the_fold_of_their_facts(_now: datetime) -> Iterator[Violation]:
    """Find records that differ from the fold of their facts on the basis they were folded on."""
    stored = {(row.lesson_id, row.attendee_id): row for row in _records()}
    for key, facts in _facts_by_attendee():
        counted = [fact for fact in facts if fact.is_counted]
        row = stored.pop(key, None)
        name = f"attendance of lesson {key[0]}, attendee {key[1]}"
        if row is None and counted:
            yield _violation("attendance is the fold of its facts", name, "record missing")
        elif row is not None:
            yield from _differences(row, fold(counted, basis_in(row.evidence)), name)
    for lesson_id, attendee_id in stored:
        name = f"attendance of lesson {lesson_id}, attendee {attendee_id}"
        yield _violation("attendance is the fold of its facts", name, "record without facts")


def _records() -> list[Row[*tuple[Any, ...]]]:
    table = Attendance.__table__
    return list(db.session.execute(select(*table.columns)).all())


def _facts_by_attendee() -> Iterator[tuple[tuple[int, int], list[FactValue]]]:
    facts = db.session.scalars(
        select(Fact)
        .where(Fact.attendee_id.is_not(None))
        .order_by(Fact.lesson_id, Fact.attendee_id, Fact.sequence),
        execution_options={"yield_per": CHUNK},
    )
    for key, group in groupby(facts, key=attrgetter("lesson_id", "attendee_id")):
        yield key, [value_of(fact) for fact in group]


def _differences(row: Any, record: Record, name: str) -> Iterator[Violation]:
    wrong = [field for field in FIELDS if getattr(row, field) != getattr(record, field)]
    if list(record.sources) != row.sources:
        wrong.append("sources")
    if not is_same_evidence(row.evidence, record.evidence):
        wrong.append("evidence")
    if wrong:
        detail = f"differs in {', '.join(wrong)}"
        yield _violation("attendance is the fold of its facts", name, detail)


def _violation(rule: str, row: str, detail: str) -> Violation:
    return Violation(rule=rule, row=row, detail=detail)


CHECKS: tuple[Check, ...] = (
    chains_verify,
    feed_is_gapless,
    uids_are_unique,
    records_are_the_fold_of_their_facts,
)
