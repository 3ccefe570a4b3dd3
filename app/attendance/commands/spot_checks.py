"""Writes down what a spot check came to: seen in the hall, or not there."""

from __future__ import annotations

from datetime import datetime

from app.attendance.commands import ledger
from app.attendance.commands.decisions import undo
from app.attendance.commands.scans import Outcome, Scan, Scanner, record_scans
from app.attendance.errors import NothingToUndo
from app.attendance.models import Direction
from app.attendance.queries.spot_checks import find_suspect
from app.attendance.rules.spot_checks import (
    NOT_THERE,
    SPOT_CHECK,
    Finding,
    Suspect,
    finding,
    own_entries,
)
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit import ids
from app.kit.errors import NotFound
from app.trainings.models import Lesson


def confirm_present(
    lesson: Lesson, attendee: str, *, scanner: Scanner, by: Actor, now: datetime
) -> Outcome | None:
    """Enter that a member of staff saw somebody (public id) who had checked in alone; NotFound.

    Nothing is entered, and None given, when somebody of the house saw them already.
    """
    if finding(_suspect(lesson, attendee)) is Finding.PRESENT:
        return None
    scan = Scan(
        uid=ids.new_uuid(),
        attendee=attendee,
        direction=Direction.IN,
        occurred_at=now,
        remarks=(SPOT_CHECK,),
    )
    [outcome] = record_scans(lesson.id, [scan], by=scanner, now=now)
    audit.record(
        "attendance.spot_checked",
        by=by,
        now=now,
        subject_kind="lesson",
        subject_id=lesson.public_id,
        organisation_id=lesson.organisation_id,
        attendee=attendee,
        uid=scan.uid,
        verdict=outcome.verdict,
    )
    return outcome


def confirm_absent(
    lesson: Lesson, attendee: str, *, scanner: Scanner, by: Actor, now: datetime
) -> None:
    """Undo every entry that stands by somebody's own word; NotFound, NothingToUndo."""
    entries = own_entries(_suspect(lesson, attendee).traces)
    if not entries:
        raise NothingToUndo
    for entry in entries:
        undo(
            lesson.id,
            entry.uid,
            uid=ids.new_uuid(),
            reason=NOT_THERE,
            scanner=scanner,
            by=by,
            now=now,
        )


def _suspect(lesson: Lesson, attendee: str) -> Suspect:
    ledger.open_book(lesson.id, 0)  # two helpers with the same list: one after the other
    found = find_suspect(lesson.id, attendee)
    if found is None:
        raise NotFound
    return found
