"""Makes facts of the matched lines of a log, and undoes them where a line's person changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.attendance.commands import ledger
from app.attendance.commands.logs import ensure_open
from app.attendance.errors import LogUnread
from app.attendance.models import Attendance, Fact, FactKind, LogLine, PlatformLog
from app.attendance.queries.lookups import list_facts, look_up
from app.attendance.rules.folding import FactValue
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit import sealing
from app.kit.database import db
from app.registrations.models import Attendee, AttendeeState

REMATCHED = (
    "导入记录的核对结果已改变"  # a stored reason, in the source language like what people type
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of the lines of a log."""

    people: int  # with at least one line that counts
    lines: int  # that became facts now
    records: int  # whose credit or minutes are different now
    minutes: int  # by which they grew, all together
    unconfirmed: int  # matched lines of people who are not confirmed
    outside: int  # matched lines that have nothing to do with the lesson's time


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """The member of staff who decides: as facts know them, and as the audit log does."""

    staff_id: int
    actor: Actor


class Rehearsed(Exception):
    """Everything was tried and nothing is kept; `applied` says what would become."""

    def __init__(self, applied: Applied) -> None:
        super().__init__()
        self.applied = applied


def rehearse(log: PlatformLog, *, by: Decider, now: datetime) -> None:
    """Apply and raise Rehearsed, so that the unit of work is rolled back: figures, nothing else."""
    raise Rehearsed(apply(log, by=by, now=now))


def apply(log: PlatformLog, *, by: Decider, now: datetime) -> Applied:
    """Make a fact of each matched line of a confirmed attendee; repeating it changes nothing.

    LogUnread before the columns are named, AttendanceLocked when the training is closed.
    """
    ensure_open(log.lesson_id)
    db.session.refresh(log)
    if log.content is not None:
        raise LogUnread
    lines = db.session.scalars(
        select(LogLine)
        .where(
            LogLine.log_id == log.id,
            LogLine.attendee_id.is_not(None) | LogLine.fact_uid.is_not(None),
        )
        .order_by(LogLine.number)
    ).all()
    log.applied_at = log.applied_at or now
    applied = follow(log, lines, by=by, now=now)
    if applied.lines or applied.records:
        audit.record(
            "attendance.log_applied",
            by=by.actor,
            now=now,
            subject_kind="platform_log",
            subject_id=log.public_id,
            organisation_id=log.organisation_id,
            lines=applied.lines,
            people=applied.people,
            records=applied.records,
        )
    return applied


def follow(log: PlatformLog, lines: Sequence[LogLine], *, by: Decider, now: datetime) -> Applied:
    """Let the facts follow the lines: undo those of another person, add those that are missing."""
    book = ensure_open(log.lesson_id)
    work = _Work(log, lines, staff_id=by.staff_id, now=now)
    work.plan(book.basis.starts_at, book.basis.ends_at)
    before = _records(book.lesson_id, work.touched)
    if work.drafts:
        head = look_up(organisation_id=book.organisation_id, lesson_id=book.lesson_id, uids=[]).head
        book = ledger.open_book(book.lesson_id, len(work.drafts))
        ledger.append(book, head, work.drafts)
        ledger.refold(book, list_facts(book.lesson_id, work.touched), now=now)
    db.session.flush()
    after = _records(book.lesson_id, work.touched)
    changed = [who for who in work.touched if before.get(who) != after.get(who)]
    return Applied(
        people=len(work.people),
        lines=work.added,
        records=len(changed),
        minutes=sum(after[who][1] - before.get(who, ("", 0))[1] for who in changed),
        unconfirmed=work.unconfirmed,
        outside=work.outside,
    )


def _records(lesson_id: int, attendee_ids: Iterable[int]) -> dict[int, tuple[str, int]]:
    rows = db.session.execute(
        select(Attendance.attendee_id, Attendance.credit, Attendance.minutes).where(
            Attendance.lesson_id == lesson_id, Attendance.attendee_id.in_(list(attendee_ids))
        )
    )
    return {row.attendee_id: (row.credit, row.minutes) for row in rows}


class _Work:
    """The facts to be written for some lines of one log."""

    def __init__(
        self, log: PlatformLog, lines: Sequence[LogLine], *, staff_id: int, now: datetime
    ) -> None:
        self._log, self._lines, self._staff_id, self._now = log, lines, staff_id, now
        self._states = _states(line.attendee_id for line in lines)
        self._uids = _import_uids(log)
        self.drafts: list[dict[str, Any]] = []
        self.people: set[int] = set()
        self.touched: set[int] = set()
        self.added = self.unconfirmed = self.outside = 0

    def plan(self, starts_at: datetime, ends_at: datetime) -> None:
        """Decide about each line; lines that miss the lesson altogether prove nothing."""
        for line in self._lines:
            holder = self._uids.get(line.fact_uid or "")
            if line.fact_uid is not None and holder != line.attendee_id:
                self._undo(line, line.fact_uid, holder)
            if line.attendee_id is None:
                continue
            if line.fact_uid is not None:
                self.people.add(line.attendee_id)
            elif self._states[line.attendee_id] is not AttendeeState.CONFIRMED:
                self.unconfirmed += 1
            elif line.left_at <= starts_at or line.joined_at >= ends_at:
                self.outside += 1
            else:
                self._add(line, line.attendee_id)

    def _add(self, line: LogLine, attendee_id: int) -> None:
        value = FactValue(
            uid=self._new_uid(line),
            kind=FactKind.IMPORT,
            effective_at=line.joined_at,
            ends_at=line.left_at,
            received_at=self._now,
            staff_id=self._staff_id,
        )
        content = f"{attendee_id}\n{line.joined_at.isoformat()}\n{line.left_at.isoformat()}"
        self._draft(value, attendee_id, content)
        line.fact_uid = value.uid
        self.people.add(attendee_id)
        self.added += 1

    def _undo(self, line: LogLine, target_uid: str, attendee_id: int | None) -> None:
        line.fact_uid = None
        if attendee_id is None or _undo_uid(target_uid) in self._uids:
            return
        value = FactValue(
            uid=_undo_uid(target_uid),
            kind=FactKind.UNDO,
            effective_at=self._now,
            received_at=self._now,
            staff_id=self._staff_id,
            target_uid=target_uid,
            reason=REMATCHED,
        )
        self._draft(value, attendee_id, target_uid)

    def _draft(self, value: FactValue, attendee_id: int, content: str) -> None:
        draft = ledger.draft_of(
            value,
            attendee_id=attendee_id,
            payload_hash=sealing.lookup(content, value.kind.value),
            answer={"log": self._log.public_id},
        )
        self.drafts.append(draft)
        self._uids[value.uid] = attendee_id
        self.touched.add(attendee_id)

    def _new_uid(self, line: LogLine) -> str:
        """Name the fact after log and line; a line that found another person gets the next name."""
        stem = f"import:{self._log.public_id}:{line.number}"
        turn = 1
        while f"{stem}:{turn}" in self._uids:
            turn += 1
        return f"{stem}:{turn}"


def _undo_uid(target_uid: str) -> str:
    return target_uid.replace("import:", "undo-import:", 1)


def _states(attendee_ids: Iterable[int | None]) -> dict[int, AttendeeState]:
    wanted = {one for one in attendee_ids if one is not None}
    rows = db.session.execute(select(Attendee.id, Attendee.state).where(Attendee.id.in_(wanted)))
    return {row.id: row.state for row in rows}


def _import_uids(log: PlatformLog) -> dict[str, int]:
    """Give whose each fact of this log is, undone ones and their undoing included."""
    rows = db.session.execute(
        select(Fact.uid, Fact.attendee_id).where(
            Fact.lesson_id == log.lesson_id,
            Fact.uid.startswith(f"import:{log.public_id}:")
            | Fact.uid.startswith(f"undo-import:{log.public_id}:"),
        )
    )
    return {row.uid: row.attendee_id for row in rows if row.attendee_id is not None}
