"""People without a ticket who come to several desks at the same time."""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime

from app.kit import letterbox
from app.kit.database import db
from app.kit.ids import new_uuid
from tests import makers
from tests.attendance.letters import walk_in
from tests.attendance.people import desk_token, make_desk
from tests.races.site import Reply, Site, at_once

DESKS = 8
_phones = itertools.count(18_600_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A door with several desks; `results` are what each was answered."""

    training_id: str
    replies: list[Reply]

    @property
    def results(self) -> list[dict]:
        return [result for reply in self.replies for result in reply.body.get("results", [])]


def arrive(site: Site, *, capacity: int, is_one_person: bool = False, each: int = 1) -> Crowd:
    """Let every desk report `each` visitors at once: all different, or one and the same."""
    with site.app.app_context():
        now = datetime.now(UTC).replace(microsecond=0)
        training = makers.make_training(capacity_onsite=capacity, starts_at=now)
        [lesson] = training.lessons
        tokens = [desk_token(make_desk(lesson, f"{number}号门")) for number in range(DESKS)]
        path, training_id = f"/lessons/{lesson.public_id}/walk-ins", training.public_id
        slot = letterbox.slot()
        key = {"kid": slot.kid, "key": slot.key}
        db.session.remove()
    phone = str(next(_phones))

    def visitor() -> dict:
        number = phone if is_one_person else str(next(_phones))
        return walk_in(key, new_uuid(), datetime.now(UTC).isoformat(), phone=number)

    acts = [
        functools.partial(
            site.ask,
            "POST",
            path,
            {"walk_ins": [visitor() for _ in range(each)]},
            Authorization=f"Bearer {token}",
        )
        for token in tokens
    ]
    return Crowd(training_id=training_id, replies=at_once(acts))
