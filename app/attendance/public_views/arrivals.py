"""The scan of a hall's code that this browser has made: it waits in the signed cookie."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from flask import session as cookie

from app.attendance.commands.self_checkin import Arrival
from app.attendance.models import Direction
from app.attendance.queries.hall import Claimant, Place
from app.attendance.rules.hall import may_confirm
from app.kit.ids import new_id

ARRIVAL = "arrival"
BROWSER = "browser"


def begin(lesson: str, direction: Direction, *, now: datetime) -> None:
    """Remember a scan; an earlier one is forgotten."""
    if BROWSER not in cookie:
        cookie[BROWSER] = new_id()
    cookie[ARRIVAL] = {
        "id": new_id(),
        "lesson": lesson,
        "direction": direction.value,
        "at": now.isoformat(timespec="milliseconds"),
    }


def choose(person: Claimant | None, *, by_code: bool = False) -> None:
    """Remember who was found, by which of the ways; None forgets it."""
    kept = {key: held for key, held in _held().items() if key not in {"ticket", "attendee"}}
    if person is not None:
        kept |= {"ticket": person.token_id} if by_code else {"attendee": person.attendee}
    cookie[ARRIVAL] = kept


def use() -> None:
    """Remember that the scan has served; the ledger alone decides that it serves one person."""
    cookie[ARRIVAL] = _held() | {"used": True}


def is_here(here: Place) -> bool:
    """Tell whether this browser has scanned a code of this lesson."""
    return _held().get("lesson") == here.lesson.public_id


def is_used() -> bool:
    """Tell whether the scan has served."""
    return bool(_held().get("used"))


def present(here: Place, *, now: datetime) -> Arrival | None:
    """Give the scan that may still be confirmed in this lesson."""
    if not is_here(here):
        return None
    held = _held()
    scanned_at = datetime.fromisoformat(held["at"])
    if not may_confirm(scanned_at, now):
        return None
    return Arrival(
        id=held["id"],
        lesson_id=here.lesson.id,
        direction=Direction(held["direction"]),
        scanned_at=scanned_at,
        browser=cookie.get(BROWSER, held["id"]),
    )


def chosen() -> tuple[str, str]:
    """Give who was found: (token id of the ticket shown, attendee found by name), one or none."""
    held = _held()
    return str(held.get("ticket", "")), str(held.get("attendee", ""))


def direction() -> Direction:
    """Give what the scan is for."""
    return Direction(_held().get("direction", Direction.IN))


def _held() -> dict[str, Any]:
    return cast("dict[str, Any]", cookie.get(ARRIVAL, {}))
