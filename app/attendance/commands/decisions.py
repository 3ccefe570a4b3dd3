"""What people decide about attendance: undo, correct, settle a conflict; each is a fact too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.attendance.commands import ledger
from app.attendance.commands.ledger import Book
from app.attendance.commands.scans import Scanner
from app.attendance.errors import (
    AttendanceLocked,
    NothingToSettle,
    NothingToUndo,
    ScanMismatch,
)
from app.attendance.models import Credit, FactKind
from app.attendance.queries.lookups import KnownFact, list_facts, look_up
from app.attendance.queries.refolding import list_counted_facts
from app.attendance.rules.conflicts import clashes_in
from app.attendance.rules.folding import FactValue, Record, fold
from app.attendance.rules.verdicts import LOCKED
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit import sealing
from app.kit.database import db
from app.kit.errors import NotFound
from app.registrations.models import Attendee
from app.trainings.models import TrainingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision that stands in the ledger, and the record that it led to."""

    attendee: str  # public id
    record: Record
    is_replayed: bool = False


def undo(
    lesson_id: int,
    target_uid: str,
    *,
    uid: str,
    reason: str,
    scanner: Scanner,
    by: Actor,
    now: datetime,
) -> Decided:
    """Take a fact of this lesson out of account, with a reason; repeating `uid` changes nothing.

    Raises NothingToUndo when the fact is unknown, undone before, or an undo itself; ScanMismatch
    when `uid` was used for something else; AttendanceLocked when the training is closed.
    """
    book = _open(lesson_id)
    found = look_up(
        organisation_id=book.organisation_id, lesson_id=lesson_id, uids=[uid, target_uid]
    )
    payload = sealing.lookup(f"{target_uid}\n{reason}", "undo")
    target, known = found.known.get(target_uid), found.known.get(uid)
    if known is not None:
        return _replayed(book, known, payload)
    if target is None or target.attendee_id is None or not target.value.is_counted:
        raise NothingToUndo
    facts = list_facts(lesson_id, [target.attendee_id])[target.attendee_id]
    if target.value.kind is FactKind.UNDO or any(fact.target_uid == target_uid for fact in facts):
        raise NothingToUndo
    value = FactValue(
        uid=uid,
        kind=FactKind.UNDO,
        effective_at=now,
        received_at=now,
        desk_id=scanner.desk_id,
        staff_id=scanner.staff_id,
        target_uid=target_uid,
        reason=reason,
    )
    draft = ledger.draft_of(value, attendee_id=target.attendee_id, payload_hash=payload)
    return _enter(
        book, found.head, draft, facts=[*facts, value], by=by, now=now, action="attendance.undone"
    )


def correct(
    lesson_id: int,
    attendee: str,
    credit: Credit,
    *,
    uid: str,
    reason: str,
    staff_id: int,
    by: Actor,
    now: datetime,
) -> Decided:
    """Set what a lesson counts for an attendee (public id), with a reason; it overrides all scans.

    NotFound for an attendee of another training, AttendanceLocked when the training is closed.
    """
    book = _open(lesson_id)
    attendee_id = _attendee_id(book, attendee)
    found = look_up(organisation_id=book.organisation_id, lesson_id=lesson_id, uids=[uid])
    facts = list_facts(lesson_id, [attendee_id])[attendee_id]
    payload = sealing.lookup(f"{attendee}\n{credit}\n{reason}", "correction")
    if (known := found.known.get(uid)) is not None:
        if known.payload_hash != payload:
            raise ScanMismatch
        ledger.give_back(book, 1)
        return _decided(book, attendee_id, {attendee_id: facts}, replayed=True)
    value = FactValue(
        uid=uid,
        kind=FactKind.CORRECTION,
        effective_at=now,
        received_at=now,
        credit=credit,
        staff_id=staff_id,
        reason=reason,
    )
    draft = ledger.draft_of(value, attendee_id=attendee_id, payload_hash=payload)
    return _enter(
        book,
        found.head,
        draft,
        facts=[*facts, value],
        by=by,
        now=now,
        action="attendance.corrected",
    )


def resolve(
    lesson_id: int,
    target_uid: str,
    *,
    uid: str,
    reason: str,
    staff_id: int,
    by: Actor,
    now: datetime,
) -> Decided:
    """Settle a conflict: the entry `target_uid` was by rights; repeating `uid` changes nothing.

    Raises NothingToSettle when that entry contradicts no other (any more), ScanMismatch when `uid`
    was used for something else, AttendanceLocked when the training is closed.
    """
    book = _open(lesson_id)
    found = look_up(
        organisation_id=book.organisation_id, lesson_id=lesson_id, uids=[uid, target_uid]
    )
    payload = sealing.lookup(f"{target_uid}\n{reason}", "resolution")
    target, known = found.known.get(target_uid), found.known.get(uid)
    if known is not None:
        return _replayed(book, known, payload)
    if target is None or target.attendee_id is None:
        raise NothingToSettle
    facts = list_facts(lesson_id, [target.attendee_id])[target.attendee_id]
    if all(clash.later.uid != target_uid for clash in clashes_in(facts)):
        raise NothingToSettle
    value = FactValue(
        uid=uid,
        kind=FactKind.RESOLUTION,
        effective_at=now,
        received_at=now,
        staff_id=staff_id,
        target_uid=target_uid,
        reason=reason,
    )
    draft = ledger.draft_of(value, attendee_id=target.attendee_id, payload_hash=payload)
    return _enter(
        book,
        found.head,
        draft,
        facts=[*facts, value],
        by=by,
        now=now,
        action="attendance.conflict_settled",
    )


def _open(lesson_id: int) -> Book:
    book = ledger.open_book(lesson_id, 1)
    if book.door.training_state in LOCKED | {TrainingState.CANCELLED}:
        raise AttendanceLocked
    return book


def _replayed(book: Book, known: KnownFact, payload: str) -> Decided:
    """Answer a decision that stands already; ScanMismatch when its uid said something else."""
    if known.payload_hash != payload or known.attendee_id is None:
        raise ScanMismatch
    ledger.give_back(book, 1)
    facts = list_facts(book.lesson_id, [known.attendee_id])
    return _decided(book, known.attendee_id, facts, replayed=True)


def _attendee_id(book: Book, public_id: str) -> int:
    found = db.session.scalar(
        select(Attendee.id).where(
            Attendee.public_id == public_id,
            Attendee.organisation_id == book.organisation_id,
            Attendee.training_id == book.door.training_id,
        )
    )
    if found is None:
        raise NotFound
    return found


def _enter(
    book: Book,
    head: str,
    draft: dict[str, Any],
    *,
    facts: list[FactValue],
    by: Actor,
    now: datetime,
    action: str,
) -> Decided:
    attendee_id: int = draft["attendee_id"]
    ledger.append(book, head, [draft])
    decided = _decided(book, attendee_id, {attendee_id: facts})
    ledger.write_records(book, {attendee_id: decided.record}, now=now)
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="lesson",
        subject_id=book.public_id,
        organisation_id=book.organisation_id,
        attendee=decided.attendee,
        uid=draft["uid"],
        target_uid=draft["target_uid"],
        credit=draft["credit"],
    )
    return decided


def _decided(
    book: Book, attendee_id: int, facts: dict[int, list[FactValue]], *, replayed: bool = False
) -> Decided:
    public_id = db.session.scalars(
        select(Attendee.public_id).where(Attendee.id == attendee_id)
    ).one()
    return Decided(
        attendee=public_id,
        record=fold(facts[attendee_id], ledger.basis_of(book, attendee_id)),
        is_replayed=replayed,
    )


def refold_lesson(lesson_id: int, *, now: datetime) -> int:
    """Fold all records of a lesson again, after its times or its rule changed; give how many."""
    book = ledger.open_book(lesson_id, 0)
    counted = list_counted_facts(lesson_id)
    ledger.refold(book, counted, now=now)
    return len(counted)
