"""Keeps scans that came too late aside until an organiser accepts or declines them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select

from app.attendance.commands import scans as door
from app.attendance.commands.ledger import open_book
from app.attendance.commands.scans import MOST_SCANS, Scan, Scanner
from app.attendance.errors import AttendanceLocked, NothingToReview
from app.attendance.models import Desk, Direction, Fact, LateScan
from app.attendance.rules.verdicts import LATE_UPLOAD, LOCKED
from app.attendance.rules.wording import MISMATCH
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.kit.ids import new_id
from app.kit.inserts import new_rows
from app.trainings.models import TrainingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of scans that were laid aside."""

    stored: int
    known: int
    undos_left: int  # of what was known before: for a person to decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What became of late scans that were accepted."""

    accepted: int
    mismatched: int  # their uid stands in the ledger already, with another content
    left: int


def keep(
    desk_id: int,
    scans: Sequence[Scan],
    *,
    from_file: bool,
    by: Actor,
    now: datetime,
    undone: Mapping[str, str] | None = None,
) -> Kept:
    """Lay scans of a desk aside; a uid that is known, here or in the ledger, is left as it is.

    `undone` names scans (by uid) that were taken back on the phone, with the reason.
    """
    undone = undone or {}
    desk = db.session.get_one(Desk, desk_id)
    uids = {scan.uid for scan in scans}
    in_ledger = set(
        db.session.scalars(
            select(Fact.uid).where(Fact.lesson_id == desk.lesson_id, Fact.uid.in_(uids))
        )
    )
    rows = {
        scan.uid: {
            "public_id": new_id(),
            "organisation_id": desk.organisation_id,
            "lesson_id": desk.lesson_id,
            "desk_id": desk.id,
            "uid": scan.uid,
            "content": _written(scan, undone.get(scan.uid, "")),
            "occurred_at": scan.occurred_at,
            "received_at": now,
            "is_from_file": from_file,
            "reason": "",
        }
        for scan in reversed(scans)  # of two with one uid the first one stays
        if scan.uid not in in_ledger
    }
    new: set[str] = set()
    if rows:
        insert = new_rows(LateScan, ("lesson_id", "uid"), returns=("uid",))
        ordered = [rows[uid] for uid in sorted(rows)]  # two uploads lock in the same order
        new = set(db.session.scalars(insert, ordered))
    stored = len(new)
    if stored:
        audit.record(
            "late_scans.received",
            by=by,
            now=now,
            subject_kind="desk",
            subject_id=desk.public_id,
            organisation_id=desk.organisation_id,
            count=stored,
            from_file=from_file,
        )
    return Kept(stored=stored, known=len(scans) - stored, undos_left=len(undone.keys() - new))


def accept(
    lesson_id: int, late: Sequence[str] | None, *, staff_id: int, by: Actor, now: datetime
) -> Reviewed:
    """Enter late scans (public ids; None: all, at most 500 at once) as facts of their desks.

    All leaves out what was taken back on the phone: that is accepted one by one.

    Each is judged by the instant at which it was scanned; what the ledger knows is not entered
    twice. NothingToReview when none of them waits, AttendanceLocked when the training is closed.
    """
    book = open_book(lesson_id, 0)
    if book.door.training_state in LOCKED | {TrainingState.CANCELLED}:
        raise AttendanceLocked
    waiting = _waiting(lesson_id, late)
    if late is None:
        waiting = [row for row in waiting if not undone_in(row)]
    if not waiting:
        raise NothingToReview
    chosen = waiting[:MOST_SCANS]
    clashing = _enter(lesson_id, chosen, now=now)
    entered = [row for row in chosen if row.uid not in clashing]
    for row in entered:
        _decide(row, accepted=True, staff_id=staff_id, now=now)
    if entered:
        audit.record(
            "late_scans.accepted",
            by=by,
            now=now,
            subject_kind="lesson",
            subject_id=book.public_id,
            organisation_id=book.organisation_id,
            uids=[row.uid for row in entered],
        )
    return Reviewed(
        accepted=len(entered), mismatched=len(clashing), left=len(waiting) - len(chosen)
    )


def decline(
    lesson_id: int, late: str, *, reason: str, staff_id: int, by: Actor, now: datetime
) -> None:
    """Decline a late scan (public id), with a reason; it stays on record. NothingToReview."""
    book = open_book(lesson_id, 0)
    rows = _waiting(lesson_id, [late])
    if not rows:
        raise NothingToReview
    [row] = rows
    row.reason = reason
    _decide(row, accepted=False, staff_id=staff_id, now=now)
    audit.record(
        "late_scan.declined",
        by=by,
        now=now,
        subject_kind="lesson",
        subject_id=book.public_id,
        organisation_id=book.organisation_id,
        uid=row.uid,
    )


def _waiting(lesson_id: int, late: Sequence[str] | None) -> Sequence[LateScan]:
    statement = select(LateScan).where(
        LateScan.lesson_id == lesson_id, LateScan.decided_at.is_(None)
    )
    if late is not None:
        statement = statement.where(LateScan.public_id.in_(late))
    return db.session.scalars(statement.order_by(LateScan.occurred_at, LateScan.uid)).all()


def _enter(lesson_id: int, late: Iterable[LateScan], *, now: datetime) -> set[str]:
    """Scan them as their desks would have; give the uids that stand for something else already."""
    clashing: set[str] = set()
    for desk_id, rows in groupby(sorted(late, key=_by_desk), key=lambda row: row.desk_id):
        desk = db.session.get_one(Desk, desk_id)
        scanner = Scanner(desk_id=desk.id, staff_id=desk.staff_id, label=desk.label)
        outcomes = door.record_scans(lesson_id, [scan_in(row) for row in rows], by=scanner, now=now)
        clashing |= {one.uid for one in outcomes if one.verdict == MISMATCH}
    return clashing


def _by_desk(row: LateScan) -> tuple[int, datetime, str]:
    return row.desk_id, row.occurred_at, row.uid


def _decide(row: LateScan, *, accepted: bool, staff_id: int, now: datetime) -> None:
    row.is_accepted, row.decided_at, row.decided_by_id = accepted, now, staff_id


def _written(scan: Scan, undone: str) -> str:
    content = {
        "code": scan.code,
        "attendee": scan.attendee,
        "direction": scan.direction.value,
        "sequence": scan.sequence,
        "undone": undone,
    }
    return json.dumps(content, separators=(",", ":"))


def undone_in(row: LateScan) -> str:
    """Give the reason for which a late scan was taken back on its phone, if it was."""
    return str(json.loads(row.content).get("undone", ""))


def scan_in(row: LateScan) -> Scan:
    """Read back the scan that a row keeps, with the instant at which the server got it."""
    content = json.loads(row.content)
    return Scan(
        uid=row.uid,
        code=content["code"],
        attendee=content["attendee"],
        direction=Direction(content["direction"]),
        occurred_at=row.occurred_at,
        sequence=content["sequence"],
        remarks=(LATE_UPLOAD,),
        received_at=row.received_at,
    )
