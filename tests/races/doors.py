"""Two desks that scan the same people at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from app.kit.database import db
from app.kit.ids import new_uuid
from tests import makers
from tests.attendance.people import desk_token, make_attendees, make_desk
from tests.races.site import Site

DESKS = ("东门", "西门")
AT_ONCE = 4  # connections of each desk
SIZE = 5  # scans in one request


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """What both desks were answered, by person."""

    lesson_id: int
    answers: dict[str, list[dict]]

    def verdicts(self) -> list[tuple[str, ...]]:
        return [tuple(sorted(one["verdict"] for one in both)) for both in self.answers.values()]


def scan_at_two_desks(site: Site, people: int) -> Rush:
    """Let two desks scan the same tickets at once, each with its own clock's instants."""
    with site.app.app_context():
        now = datetime.now(UTC).replace(microsecond=0)
        training = makers.make_training(capacity_onsite=people, starts_at=now)
        [lesson] = training.lessons
        codes = [code for _attendee, code in make_attendees(training, people)]
        tokens = [desk_token(make_desk(lesson, label)) for label in DESKS]
        path, lesson_id = f"/lessons/{lesson.public_id}/scans", lesson.id
        db.session.remove()

    def scan(token: str, some: list[str]) -> list[dict]:
        scans = [
            {
                "uid": new_uuid(),
                "code": code,
                "direction": "in",
                "occurred_at": datetime.now(UTC).isoformat(),
            }
            for code in some
        ]
        reply = site.ask("POST", path, {"scans": scans}, Authorization=f"Bearer {token}")
        assert reply.status == 200, reply
        return reply.body["results"]

    batches = [codes[start : start + SIZE] for start in range(0, people, SIZE)]
    answers: dict[str, list[dict]] = {}
    with ThreadPoolExecutor(2 * AT_ONCE) as pool:
        asked = [pool.submit(scan, token, some) for some in batches for token in tokens]
        for result in (result for one in asked for result in one.result()):
            answers.setdefault(result["attendee"]["id"], []).append(result)
    return Rush(lesson_id=lesson_id, answers=answers)
