"""Writes facts into a lesson's ledger: numbered without gaps, chained, folded into records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.attendance.models import Attendance, Fact, RuleVersion
from app.attendance.queries.policies import is_online, list_online
from app.attendance.rules.folding import Basis, FactValue, Record, fold
from app.attendance.rules.ledger import chain_values
from app.attendance.rules.policy import default_policy, policy_in
from app.attendance.rules.verdicts import Door, Span
from app.audit.rules import chained
from app.kit.database import db
from app.kit.errors import NotFound
from app.trainings.models import Lesson, Training

# Built once: a single scan is to cost little more than its work in the database
LESSON, FACT, ATTENDANCE = Lesson.__table__, Fact.__table__, Attendance.__table__
_OF_TRAINING = Training.__table__.c.id == LESSON.c.training_id
# SQLite is given the lesson's columns without their table, so here they need names of their own
_RULE: Any = (
    select(
        RuleVersion.training_id.label("of_training"),
        RuleVersion.number.label("rule_number"),
        RuleVersion.content.label("rule_content"),
    )
    .subquery()
    .c
)


def _newest(column: Any) -> Any:
    """Give a column of the newest version of the training's rule, as a subquery."""
    newest = select(column).where(_RULE.of_training == LESSON.c.training_id)
    return newest.order_by(_RULE.rule_number.desc()).limit(1).scalar_subquery()


_TAKE: Any = (
    update(LESSON)  # type: ignore[arg-type]  # a table, as declared
    .where(LESSON.c.id == bindparam("lesson"))
    .values(feed_sequence=LESSON.c.feed_sequence + bindparam("entries"))
    .returning(
        LESSON.c.public_id,
        LESSON.c.organisation_id,
        LESSON.c.training_id,
        LESSON.c.starts_at,
        LESSON.c.ends_at,
        LESSON.c.feed_sequence,
        select(Training.__table__.c.state)
        .where(_OF_TRAINING)
        .scalar_subquery()
        .label("training_state"),
        select(Training.__table__.c.required_percent)
        .where(_OF_TRAINING)
        .scalar_subquery()
        .label("required_percent"),
        _newest(_RULE.rule_number).label("rule_number"),
        _newest(_RULE.rule_content).label("rule"),
    )
)
_APPEND: Any = insert(FACT)  # type: ignore[arg-type]  # a table, as declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """A lesson whose row is locked, with room for new numbers after `sequence`."""

    lesson_id: int
    public_id: str
    organisation_id: int
    sequence: int  # the last number in use before this unit of work
    door: Door
    basis: Basis


def open_book(lesson_id: int, entries: int) -> Book:
    """Lock a lesson by taking `entries` numbers from its counter; NotFound."""
    row = db.session.execute(_TAKE, {"lesson": lesson_id, "entries": entries}).one_or_none()
    if row is None:
        raise NotFound
    span = Span(starts_at=row.starts_at, ends_at=row.ends_at)
    basis = Basis(
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        policy=policy_in(row.rule) if row.rule else default_policy(row.required_percent),
        number=row.rule_number or 0,
    )
    return Book(
        lesson_id=lesson_id,
        public_id=row.public_id,
        organisation_id=row.organisation_id,
        sequence=row.feed_sequence - entries,
        door=Door(training_id=row.training_id, training_state=row.training_state, span=span),
        basis=basis,
    )


def give_back(book: Book, entries: int) -> None:
    """Return numbers that were taken and not needed; the row is still locked."""
    db.session.execute(_TAKE, {"lesson": book.lesson_id, "entries": -entries})


def draft_of(
    value: FactValue,
    *,
    attendee_id: int | None,
    payload_hash: str,
    occurred_at: datetime | None = None,
    device_sequence: int | None = None,
    flags: Sequence[str] = (),
    code_hash: str = "",
    answer: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Give the columns of a new fact, all but its place in the ledger."""
    return {
        "uid": value.uid,
        "attendee_id": attendee_id,
        "desk_id": value.desk_id,
        "staff_id": value.staff_id,
        "kind": value.kind,
        "direction": value.direction,
        "verdict": value.verdict,
        "credit": value.credit,
        "occurred_at": occurred_at or value.effective_at,
        "effective_at": value.effective_at,
        "ends_at": value.ends_at,
        "received_at": value.received_at,
        "device_sequence": device_sequence,
        "flags": list(flags),
        "reason": value.reason,
        "target_uid": value.target_uid,
        "code_hash": code_hash,
        "payload_hash": payload_hash,
        "answer": answer or {},
    }


def append(book: Book, head: str, drafts: Sequence[dict[str, Any]]) -> None:
    """Insert facts in the order given, each bound to the one before it, beginning at `head`."""
    for number, draft in enumerate(drafts, book.sequence + 1):
        draft |= {
            "organisation_id": book.organisation_id,
            "lesson_id": book.lesson_id,
            "sequence": number,
        }
        head = draft["chain_hash"] = chained(head, chain_values(draft))
    db.session.execute(_APPEND, drafts)


def refold(book: Book, facts_of: Mapping[int, Sequence[FactValue]], *, now: datetime) -> None:
    """Fold the facts of each attendee and put the records in place of what stood there."""
    records = {who: fold(facts, basis) for who, facts, basis in _with_basis(book, facts_of)}
    write_records(book, records, now=now)


def _with_basis(
    book: Book, facts_of: Mapping[int, Sequence[FactValue]]
) -> Iterator[tuple[int, Sequence[FactValue], Basis]]:
    online = list_online(book.door.training_id) if _asks_online(book) else frozenset()
    for who, facts in facts_of.items():
        yield who, facts, book.basis.of_channel(is_online=who in online)


def basis_of(book: Book, attendee_id: int) -> Basis:
    """Give what the lesson asks of one attendee: those online may have a share of their own."""
    if not _asks_online(book):
        return book.basis
    return book.basis.of_channel(is_online=is_online(attendee_id))


def _asks_online(book: Book) -> bool:
    return book.basis.policy.online_percent is not None


def write_records(book: Book, records: Mapping[int, Record], *, now: datetime) -> None:
    """Insert or replace the records of some attendees, in one statement."""
    if not records:
        return
    rows = [_row(book, attendee_id, record, now) for attendee_id, record in records.items()]
    db.session.execute(_upsert(db.engine.dialect.name), rows)


def _row(book: Book, attendee_id: int, record: Record, now: datetime) -> dict[str, Any]:
    return {
        "organisation_id": book.organisation_id,
        "lesson_id": book.lesson_id,
        "attendee_id": attendee_id,
        "credit": record.credit,
        "minutes": record.minutes,
        "first_in_at": record.first_in_at,
        "first_in_desk_id": record.first_in_desk_id,
        "last_out_at": record.last_out_at,
        "is_inside": record.is_inside,
        "is_conflict": record.is_conflict,
        "is_corrected": record.is_corrected,
        "sources": list(record.sources),
        "evidence": record.evidence,
        "updated_at": now,
    }


@lru_cache(maxsize=2)
def _upsert(dialect: str) -> Any:
    make: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(ATTENDANCE)
    kept = {"id", "organisation_id", "lesson_id", "attendee_id"}
    replaced = {
        column.name: statement.excluded[column.name]
        for column in ATTENDANCE.columns
        if column.name not in kept
    }
    return statement.on_conflict_do_update(
        index_elements=["lesson_id", "attendee_id"], set_=replaced
    )
