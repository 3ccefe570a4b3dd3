"""What people decide about lines: whose one is, that it is nobody's, that all are tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from app.attendance.commands import log_facts
from app.attendance.commands.log_facts import Decider
from app.attendance.commands.logs import Line, ensure_open, traces_of
from app.attendance.errors import NotOnTheList
from app.attendance.models import LogLine, Match, PlatformLog
from app.attendance.queries import logs
from app.audit import commands as audit
from app.kit.database import db
from app.registrations.models import Attendee
from app.trainings.models import Lesson

OPEN = (Match.SUGGESTED, Match.UNMATCHED)


def choose(
    log: PlatformLog,
    chosen: Mapping[str, str],
    *,
    by: Decider,
    now: datetime,
    only_waiting: bool = False,
) -> int:
    """Say whose lines (public ids) are: line → attendee (public ids); give how many changed.

    NotOnTheList for somebody who is not on the training's list. With `only_waiting` lines that
    somebody else decided meanwhile stay as they are.
    """
    ensure_open(log.lesson_id)
    people = _people(log, set(chosen.values()))
    lines = [
        line
        for line in _lines(log, chosen)
        if not (only_waiting and line.match not in OPEN)
        and line.attendee_id != people[chosen[line.public_id]]
    ]
    for line in lines:
        line.match, line.attendee_id = Match.CHOSEN, people[chosen[line.public_id]]
        line.decided_by_id = by.staff_id
    _settle(log, lines, "attendance.log_chosen", by=by, now=now)
    return len(lines)


def ignore(log: PlatformLog, lines: Sequence[str], *, by: Decider, now: datetime) -> int:
    """Say that lines (public ids) are nobody's of the list: the trainer's, a test's."""
    ensure_open(log.lesson_id)
    found = [line for line in _lines(log, lines) if line.match is not Match.IGNORED]
    for line in found:
        line.match, line.attendee_id, line.decided_by_id = Match.IGNORED, None, by.staff_id
    _settle(log, found, "attendance.log_ignored", by=by, now=now)
    return len(found)


def reopen(log: PlatformLog, lines: Sequence[str], *, by: Decider, now: datetime) -> int:
    """Take back what was decided about lines (public ids): they are matched anew."""
    ensure_open(log.lesson_id)
    found = _lines(log, lines)
    _match(log, found)
    _settle(log, found, "attendance.log_reopened", by=by, now=now)
    return len(found)


def match_again(log: PlatformLog, *, by: Decider, now: datetime) -> int:
    """Try the open lines again, after people were added to the list; give how many changed."""
    ensure_open(log.lesson_id)
    lines = db.session.scalars(
        select(LogLine).where(LogLine.log_id == log.id, LogLine.match.in_(OPEN))
    ).all()
    before = {line.id: (line.match, line.suggestions) for line in lines}
    _match(log, lines)
    changed = [line for line in lines if before[line.id] != (line.match, line.suggestions)]
    _settle(log, changed, "attendance.log_matched_again", by=by, now=now)
    return len(changed)


def _match(log: PlatformLog, lines: Sequence[LogLine]) -> None:
    directory = logs.directory(log.lesson_id)
    for line in lines:
        read = Line(
            number=line.number,
            joined_at=line.joined_at,
            left_at=line.left_at,
            name=line.name,
            phone=line.phone,
            enterprise=line.enterprise,
        )
        found = directory.match(traces_of(read))
        line.match, line.attendee_id = found.match, found.attendee_id
        line.decided_by_id = None
        # a personal link was read once and is not kept: whom it named stays the first suggestion
        line.suggestions = list(dict.fromkeys([*line.suggestions, *found.suggestions]))
        if line.match is Match.UNMATCHED and line.suggestions:
            line.match = Match.SUGGESTED


def _lines(log: PlatformLog, public_ids: Mapping[str, str] | Sequence[str]) -> Sequence[LogLine]:
    return db.session.scalars(
        select(LogLine)
        .where(LogLine.log_id == log.id, LogLine.public_id.in_(list(public_ids)))
        .order_by(LogLine.number)
    ).all()


def _people(log: PlatformLog, public_ids: set[str]) -> dict[str, int]:
    rows = db.session.execute(
        select(Attendee.public_id, Attendee.id)
        .join(Lesson, Lesson.training_id == Attendee.training_id)
        .where(
            Lesson.id == log.lesson_id,
            Attendee.public_id.in_(public_ids),
            Attendee.state.in_(logs.LIVE),
        )
    )
    found = {row.public_id: row.id for row in rows}
    if set(found) != public_ids:
        raise NotOnTheList
    return found


def _settle(
    log: PlatformLog,
    lines: Sequence[LogLine],
    action: str,
    *,
    by: Decider,
    now: datetime,
) -> None:
    """Remember a decision; of a log that was applied before, the facts follow at once."""
    if not lines:
        return
    db.session.flush()
    if log.applied_at is not None:
        log_facts.follow(log, lines, by=by, now=now)
    audit.record(
        action,
        by=by.actor,
        now=now,
        subject_kind="platform_log",
        subject_id=log.public_id,
        organisation_id=log.organisation_id,
        lines=[str(line.number) for line in lines[:100]],
        count=len(lines),
    )
