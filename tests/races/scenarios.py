"""The races themselves, told once: tests expect them to end well, mutants to end badly."""

from __future__ import annotations

import functools
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select, update

from app.audit.rules import SYSTEM
from app.kit.database import db, unit_of_work
from app.registrations import commands
from app.registrations.models import RosterChange
from app.trainings.models import Lesson, Training
from tests.races.site import Reply, Site, at_once, party

CLIENTS = int(os.environ.get("RACE_CLIENTS", "64"))
PARTIES = int(os.environ.get("RACE_PARTIES", "300"))
CAPACITY = min(200, PARTIES)
WISHES = ["waitlist_rest"] * 9 + ["all_or_waitlist"]


def last_seat(site: Site) -> tuple[list[Reply], str]:
    """Let everybody ask for the one place at once."""
    training_id = site.make_training(1)
    bodies = [party() for _ in range(CLIENTS)]
    return at_once(
        [lambda body=body: site.sign_up(training_id, body) for body in bodies]
    ), training_id


def same_person(site: Site, clients: int = 12) -> tuple[list[Reply], str]:
    """Let several people sign the same person up at once."""
    training_id = site.make_training(50)
    body = party()
    return at_once([lambda: site.sign_up(training_id, body)] * clients), training_id


def same_key(site: Site, clients: int = 12) -> tuple[list[Reply], str]:
    """Let one request arrive several times at once, under one key."""
    training_id = site.make_training(50)
    body, key = party(3), f"key-{training_id}"
    return at_once([lambda: site.sign_up(training_id, body, key)] * clients), training_id


def leave_at_once(site: Site, clients: int = 24) -> list[Reply]:
    """Let many registrations of one training be cancelled at once: each reads before it writes."""
    training_id = site.make_training(clients)
    held = [site.sign_up(training_id, party()).body for _ in range(clients)]
    return at_once([functools.partial(site.cancel, one) for one in held])


@dataclass(slots=True)
class Storm:
    """What came of a storm; `twins` are the pairs of replies under one key."""

    training_id: str
    statuses: Counter = field(default_factory=Counter)
    twins: list[tuple[Reply, Reply]] = field(default_factory=list)
    cancelled: int = 0


def storm(site: Site, seed: int, *, parties: int = PARTIES, capacity: int = CAPACITY) -> Storm:
    """Send parties of 1 to 5; a tenth twice under one key, a tenth cancel again."""
    draw = random.Random(seed)
    found = Storm(site.make_training(capacity))
    lock = threading.Lock()
    plans = [
        (
            party(
                draw.randint(1, 5), if_full=draw.choice(["waitlist_rest"] * 9 + ["all_or_waitlist"])
            ),
            f"storm-{seed}-{number}",
            draw.random(),
        )
        for number in range(parties)
    ]

    def play(plan: tuple[dict, str, float]) -> None:
        body, key, chance = plan
        replies = [site.sign_up(found.training_id, body, key)]
        if chance < 0.1:
            send = functools.partial(site.sign_up, found.training_id, body, key)
            replies = at_once([send, send]) if chance < 0.05 else [*replies, send()]
            with lock:
                found.twins.append((replies[0], replies[1]))
        is_cancelled = chance > 0.9 and site.cancel(replies[0].body).status == 200
        with lock:
            found.statuses[replies[0].status] += 1
            found.cancelled += is_cancelled

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(play, plans))
    return found


def churn(site: Site, seed: int, *, rounds: int = 40) -> str:
    """Sign up, cancel and change the capacity at once, with several hands each."""
    training_id = site.make_training(10)
    draw = random.Random(seed)
    held = [site.sign_up(training_id, party(draw.randint(1, 2))) for _ in range(25)]
    doomed = [reply.body for reply in held]
    draw.shuffle(doomed)

    def sign_up() -> None:
        for _ in range(rounds):
            site.sign_up(training_id, party(draw.randint(1, 3)))

    def cancel() -> None:
        while doomed:
            site.cancel(doomed.pop())

    def resize() -> None:
        for _ in range(rounds // 4):
            change_capacity(site, training_id, draw.choice([-2, -1, 1, 2, 3]))

    with ThreadPoolExecutor(4) as hands:
        for act in [hands.submit(act) for act in (sign_up, sign_up, cancel, resize)]:
            act.result()
    return training_id


def change_capacity(site: Site, training_id: str, difference: int) -> None:
    """Change the places as an organiser would: never below what is taken, then promote."""

    def work() -> None:
        db.session.execute(
            update(Training)
            .where(
                Training.public_id == training_id,
                Training.capacity_onsite + difference >= Training.taken_onsite,
            )
            .values(capacity_onsite=Training.capacity_onsite + difference)
        )
        commands.promote(training_id, now=datetime.now(UTC), by=SYSTEM)

    with site.app.app_context():
        unit_of_work(work)
        db.session.remove()


@dataclass(slots=True)
class Reading:
    """What somebody saw who followed a lesson's change feed while it was written."""

    seen: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)


def follow_feed(site: Site, *, writers: int = 6, each: int = 15) -> Reading:
    """Page a lesson's changes by their sequence while several writers add to them."""
    training_id, reading = site.make_training(40), Reading()
    with site.app.app_context():
        lesson_id = db.session.scalar(
            select(Lesson.id).join(Training).where(Training.public_id == training_id)
        )
        db.session.remove()

    def write(_number: int) -> None:
        for turn in range(each):
            reply = site.sign_up(training_id, party())
            if turn % 3 == 2:
                site.cancel(reply.body)

    def page() -> None:
        with site.app.app_context():
            last = reading.seen[-1] if reading.seen else 0
            rows = select(RosterChange.sequence).where(
                RosterChange.lesson_id == lesson_id, RosterChange.sequence > last
            )
            reading.seen += db.session.scalars(rows.order_by(RosterChange.sequence))
            db.session.remove()

    with ThreadPoolExecutor(writers) as pool:
        work = [pool.submit(write, number) for number in range(writers)]
        while not all(one.done() for one in work):
            page()
            time.sleep(0.002)
        for one in work:
            one.result()
    page()
    with site.app.app_context():
        rows = select(RosterChange.sequence).where(RosterChange.lesson_id == lesson_id)
        reading.written = list(db.session.scalars(rows.order_by(RosterChange.sequence)))
        db.session.remove()
    return reading
