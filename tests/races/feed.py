"""Somebody who follows a lesson's changes over HTTP while six others write them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.attendance.models import Fact
from app.kit.database import db
from app.kit.ids import new_uuid
from app.registrations.models import RosterChange
from tests import makers
from tests.attendance.people import desk_token, make_desk
from tests.races.site import Site, party

SCANNERS, REGISTRANTS = 4, 2


@dataclass(slots=True)
class Reading:
    """The numbers that were read, and those that were written."""

    seen: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    end: int = 0  # from where the next page is asked for


def follow_changes(site: Site, *, each: int = 20) -> Reading:
    """Scan at four desks and sign up at two places, while a fifth desk reads what changes."""
    training_id, lesson_id, path, tokens = _open(site)
    [*scanners, reader] = tokens
    booked = site.sign_up(training_id, party(each)).body["attendees"]
    codes = [attendee["ticket"]["code"] for attendee in booked]
    reading = Reading()

    def scan(token: str) -> None:
        for code in codes:
            at = datetime.now(UTC).isoformat()
            one = {"uid": new_uuid(), "code": code, "occurred_at": at}
            site.ask("POST", f"{path}/scans", {"scans": [one]}, Authorization=f"Bearer {token}")

    def sign_up(_number: int) -> None:
        for _turn in range(each):
            site.sign_up(training_id, party())

    def page() -> None:
        asked = f"{path}/changes?after={reading.end}"
        reply = site.ask("GET", asked, Authorization=f"Bearer {reader}")
        reading.seen += [item["sequence"] for item in reply.body["items"]]
        reading.end = reply.body["sequence"]

    with ThreadPoolExecutor(SCANNERS + REGISTRANTS) as pool:
        work = [pool.submit(scan, token) for token in scanners]
        work += [pool.submit(sign_up, number) for number in range(REGISTRANTS)]
        while not all(one.done() for one in work):
            page()
            time.sleep(0.001)
        for one in work:
            one.result()
    page()
    reading.written = _written(site, lesson_id)
    return reading


def _open(site: Site) -> tuple[str, int, str, list[str]]:
    with site.app.app_context():
        now = datetime.now(UTC).replace(microsecond=0)
        training = makers.make_training(
            capacity_onsite=500,
            starts_at=now + timedelta(minutes=20),
            signup_closes_at=now + timedelta(minutes=15),
        )
        [lesson] = training.lessons
        tokens = [desk_token(make_desk(lesson, f"{one}")) for one in range(SCANNERS + 1)]
        opened = training.public_id, lesson.id, f"/lessons/{lesson.public_id}", tokens
        db.session.remove()
    return opened


def _written(site: Site, lesson_id: int) -> list[int]:
    with site.app.app_context():
        found = [
            number
            for table in (Fact, RosterChange)
            for number in db.session.scalars(
                select(table.sequence).where(table.lesson_id == lesson_id)
            )
        ]
        db.session.remove()
    return sorted(found)
