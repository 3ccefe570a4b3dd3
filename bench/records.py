"""What a door needs beside its scans: the roster, the board, and all records folded anew."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from app import create_app
from app.attendance.commands.decisions import refold_lesson
from app.attendance.commands.scans import Scan, Scanner, record_scans
from app.attendance.models import Direction
from app.kit import clock, ids
from app.kit.database import db, unit_of_work
from app.trainings.models import Lesson
from bench.browsers import Browser, expect, hidden_fields
from bench.data import Instance
from bench.work import BATCH
from config import Settings

NOBODY = Scanner(desk_id=None, staff_id=None)


def signed_in(browser: Browser, person: dict[str, Any]) -> Browser:
    """Let a member of staff in."""
    form = hidden_fields(expect(200, browser.get("/staff/sign-in")))
    filled = {"email": person["email"], "password": person["password"]}
    expect(303, browser.post_form("/staff/sign-in", form | filled))
    return browser


def roster(lesson: str, token: str) -> Callable[[Browser, int], None]:
    """Take the roster of a lesson, compressed."""
    path = f"/api/v1/lessons/{lesson}/roster"
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
    return lambda browser, _number: keep_size(browser, expect(200, browser.get(path, **headers)))


def keep_size(browser: Browser, body: bytes) -> None:
    """Remember how much came over the wire."""
    browser.received = len(body)


def board(lesson: str, cookies: dict[str, str], tag: str) -> Callable[[Browser, int], None]:
    """Ask for a board again; with its tag it has not changed."""
    path = f"/staff/lessons/{lesson}/board"
    headers = {"HX-Request": "true"} | ({"If-None-Match": tag} if tag else {})

    def work(browser: Browser, _number: int) -> None:
        browser.cookies.update(cookies)
        expect(304 if tag else 200, browser.get(path, **headers))

    return work


def refold_seconds(instance: Instance, lesson: str) -> tuple[int, float]:
    """Let everybody come, then fold all records of the lesson again: how many, seconds."""
    app = create_app(Settings.from_environ(instance.env))
    codes = [one["ticket_code"] for one in instance.document["attendees"]]
    with app.app_context():
        now = clock.now()
        key = db.session.query(Lesson.id).filter_by(public_id=lesson).scalar()
        for first in range(0, len(codes), BATCH):
            scans = [
                Scan(uid=ids.new_uuid(), code=code, direction=Direction.IN, occurred_at=now)
                for code in codes[first : first + BATCH]
            ]
            unit_of_work(functools.partial(record_scans, key, scans, by=NOBODY, now=now))
        began = time.perf_counter()
        folded = unit_of_work(lambda: refold_lesson(key, now=now))
        seconds = time.perf_counter() - began
        db.engine.dispose()
    return folded, seconds
