"""Checks an attendee in by the code of the hall: one scan of it, one person, one fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.attendance.commands import ledger
from app.attendance.commands.scans import Outcome, Scan, Scanner, record_scans
from app.attendance.errors import ArrivalOver
from app.attendance.models import Direction, FactKind
from app.attendance.queries import hall as queries
from app.attendance.rules import hall
from app.kit import sealing


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A scan of the hall's code by a browser, which waits for a person to confirm it."""

    id: str
    lesson_id: int
    direction: Direction
    scanned_at: datetime
    browser: str  # a random id; only its hash is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who confirms: an attendee (public id), by a ticket's code or by name and phone."""

    attendee: str
    code: str = ""


def check_in(arrival: Arrival, claim: Claim, *, label: str, now: datetime) -> Outcome:
    """Answer as the door would at the instant of the scan; ArrivalOver after five minutes.

    The fact is named after the arrival alone: confirmed twice it is answered again, and for a
    second person it is a `uid_mismatch`, whatever the browser's cookie says.
    """
    if not hall.may_confirm(arrival.scanned_at, now):
        raise ArrivalOver
    browser = sealing.lookup(arrival.browser, "browser")
    ledger.open_book(arrival.lesson_id, 0)  # whom this phone served before is known from here on
    is_shared = queries.has_served_others(arrival.lesson_id, browser, claim.attendee)
    scan = Scan(
        uid=sealing.lookup(arrival.id, "arrival"),
        code=claim.code,
        attendee="" if claim.code else claim.attendee,
        direction=arrival.direction,
        occurred_at=arrival.scanned_at,
        remarks=(hall.SHARED_PHONE,) if is_shared else (),
    )
    by = Scanner(
        desk_id=None,
        staff_id=None,
        label=label,
        kind=FactKind.SELF_CHECKIN,
        browser=browser,
    )
    [outcome] = record_scans(arrival.lesson_id, [scan], by=by, now=now)
    return outcome
