"""Whatever happens to three phones without network, the record is what really was.

Thousands of random histories against a plain count second by second, and every order of six scans.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, timedelta
from itertools import permutations

import pytest
from sqlalchemy import func, select

from app.accounts.models import Role
from app.attendance import invariants
from app.attendance.commands import late_scans
from app.attendance.commands.decisions import undo
from app.attendance.commands.scans import Scan, Scanner, record_scans
from app.attendance.errors import NothingToReview
from app.attendance.models import Attendance, Direction, Fact
from app.audit.rules import SYSTEM
from app.kit.database import db, unit_of_work
from app.kit.ids import new_uuid
from tests.attendance.devices import Device, Expected, Seen, expected
from tests.attendance.people import NINE, make_attendees, make_desk, make_morning, scanner
from tests.makers import make_staff

SCANS = {"sqlite": 6, "postgresql": 5}  # all their orders: 720 and 120
HISTORIES = {"sqlite": int(os.environ.get("HISTORIES", "3000")), "postgresql": 300}
PEOPLE = 3
HAPPENINGS = ("scan", "upload", "crash", "undo", "revoke")
MINUTES = 10
ENDS = NINE + timedelta(minutes=MINUTES)
AFTERWARDS = ENDS + timedelta(minutes=30)
pytestmark = pytest.mark.timeout(600)


class Hall:
    """A short lesson, three desks, and as many people as the histories need."""

    def __init__(self, histories: int) -> None:
        training = make_morning()
        [self.lesson] = training.lessons
        self.lesson.ends_at = training.ends_at = ENDS
        db.session.commit()
        people = make_attendees(training, PEOPLE * histories)
        self.tickets = [(attendee.id, code) for attendee, code in people]
        self.organiser = make_staff(Role.ORGANISER)
        self.closed: set[int | None] = set()  # desks whose scans wait for the organiser
        self.desks = [scanner(make_desk(self.lesson, f"{number}号门")) for number in (1, 2, 3)]

    def send(self, scans: Sequence[Scan], by: Scanner) -> None:
        if by.desk_id in self.closed:
            unit_of_work(
                lambda: late_scans.keep(
                    by.desk_id, scans, from_file=False, by=SYSTEM, now=AFTERWARDS
                )
            )
        else:
            unit_of_work(lambda: record_scans(self.lesson.id, scans, by=by, now=AFTERWARDS))

    def accept_what_waits(self) -> None:
        with suppress(NothingToReview):
            unit_of_work(
                lambda: late_scans.accept(
                    self.lesson.id, None, staff_id=self.organiser.id, by=SYSTEM, now=AFTERWARDS
                )
            )

    def bring_home(self, devices: Sequence[Device]) -> None:
        """Empty every queue at the end of the day, and let the desks be open again."""
        for device in devices:
            if device.queue:
                self.send(device.queue, device.by)
        self.accept_what_waits()
        self.closed.clear()

    def take_back(self, wrong: Seen) -> None:
        """Bring a scan in, should it still be on its phone, and undo it."""
        by = next(desk for desk in self.desks if desk.desk_id == wrong.desk_id)
        self.send([wrong.scan], by)
        self.accept_what_waits()
        unit_of_work(
            lambda: undo(
                self.lesson.id,
                wrong.scan.uid,
                uid=new_uuid(),
                reason="扫错人",
                scanner=by,
                by=SYSTEM,
                now=AFTERWARDS,
            )
        )

    def records(self, attendee_ids: Sequence[int]) -> dict[int, Expected]:
        db.session.expire_all()
        rows = db.session.scalars(
            select(Attendance).where(
                Attendance.lesson_id == self.lesson.id, Attendance.attendee_id.in_(attendee_ids)
            )
        )
        return {
            row.attendee_id: Expected(
                first_in_at=row.first_in_at,
                minutes=row.minutes,
                is_inside=row.is_inside,
                is_conflict=row.is_conflict,
            )
            for row in rows
        }


def happenings(rng: random.Random) -> Iterator[str]:
    """Give what happens at the doors, one after the other."""
    for _ in range(rng.randint(8, 16)):
        yield rng.choices(HAPPENINGS, weights=[20, 8, 2, 2, 1])[0]


def live(hall: Hall, tickets: Sequence[tuple[int, str]], rng: random.Random) -> dict[int, Expected]:
    """Let one history happen, bring every queue home, and say what must come of it."""
    devices = [Device(by=desk, send=hall.send) for desk in hall.desks]
    seen: list[tuple[int, Seen]] = []
    for happening in happenings(rng):
        device = rng.choice(devices)
        if happening == "scan":
            attendee_id, code = rng.choice(tickets)
            at = NINE + timedelta(seconds=rng.randint(-120, 60 * MINUTES + 120))
            direction = rng.choice([Direction.IN, Direction.IN, Direction.OUT])
            scan = device.scan(code, at, direction)
            seen.append((attendee_id, Seen(scan=scan, desk_id=device.by.desk_id)))
        elif happening == "upload" and device.queue:
            device.upload(rng)
        elif happening == "crash":
            device.crash(rng)
        elif happening == "revoke":
            hall.closed.add(device.by.desk_id)
        elif happening == "undo" and seen:
            _who, wrong = seen.pop(rng.randrange(len(seen)))
            hall.take_back(wrong)
    hall.bring_home(rng.sample(devices, len(devices)))
    return {
        attendee_id: expected((one for who, one in seen if who == attendee_id), NINE, ENDS)
        for attendee_id in {who for who, _one in seen}
    }


def test_records_are_what_was_seen_whatever_happened_to_the_phones(context, engine_name):
    histories, seed = HISTORIES[engine_name], random.randrange(10**6)
    hall = Hall(histories)
    for number in range(histories):
        tickets = hall.tickets[PEOPLE * number : PEOPLE * (number + 1)]
        wanted = live(hall, tickets, random.Random(f"{seed}-{number}"))
        found = hall.records([attendee_id for attendee_id, _code in tickets])
        assert {who: found[who] for who in wanted} == wanted, f"history {seed}-{number}"
        for who in found.keys() - wanted.keys():  # all scans of them were undone
            assert found[who].first_in_at is None
    assert [one for check in invariants.CHECKS for one in check(AFTERWARDS.astimezone(UTC))] == []


def test_every_order_of_some_scans_gives_one_record(context, engine_name):
    rng = random.Random(17)
    count = SCANS[engine_name]
    orders = list(permutations(range(count)))
    hall = Hall(-(-len(orders) // PEOPLE))
    moments = [
        (rng.randint(0, 60 * MINUTES), rng.choice(list(Direction)), rng.choice(hall.desks))
        for _ in range(count)
    ]
    found = []
    for order, (attendee_id, code) in zip(orders, hall.tickets, strict=True):
        scans = [
            Scan(
                uid=f"{attendee_id}-{place}",
                code=code,
                direction=direction,
                occurred_at=NINE + timedelta(seconds=seconds),
            )
            for place, (seconds, direction, _desk) in enumerate(moments)
        ]
        for place in order:
            hall.send([scans[place]], moments[place][2])
        found.append(hall.records([attendee_id])[attendee_id])
    wanted = expected(
        [Seen(scan=scan, desk_id=moments[place][2].desk_id) for place, scan in enumerate(scans)],
        NINE,
        ENDS,
    )
    assert found == [wanted] * len(orders)
    facts = select(func.count(Fact.id)).where(Fact.lesson_id == hall.lesson.id)
    assert db.session.scalar(facts) == count * len(orders)
