"""People who come without a ticket: registered and checked in at the door."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask import Response

from app.attendance import access
from app.attendance.api.frame import DESK_REFUSALS, blueprint
from app.attendance.commands import walk_ins
from app.attendance.commands.scans import Scanner
from app.attendance.commands.walk_ins import Arrival, Site
from app.attendance.queries.desks import Post
from app.attendance.schemas import walk_ins as schemas
from app.attendance.schemas.walk_ins import Opened, WalkInOut
from app.audit.rules import Actor
from app.kit import api, clock
from app.kit.errors import Conflict, Invalid, NotFound


@blueprint.post("/lessons/<lesson_id>/walk-ins")
@access.desk
@api.documented(
    answers=schemas.WalkInsOut,
    json=schemas.WalkInsIn,
    refusals=DESK_REFUSALS,
    tag="desk",
    secured=True,
)
def record_walk_ins(*, post: Post, body: schemas.WalkInsIn) -> Response:
    """Register and check in who has no ticket; who is signed up already is checked in only."""
    scanner, actor, now = access.scanner(), access.actor(), clock.now()
    boxes = [schemas.opened(sent) for sent in body.walk_ins]

    def work() -> schemas.WalkInsOut:
        site = walk_ins.hold(post.lesson_id)
        act = partial(_answer, site, scanner=scanner, by=actor, now=now)
        return schemas.WalkInsOut(results=[act(one) for one in boxes], server_time=now)

    return api.answer_command(work, principal=access.principal())


def _answer(site: Site, one: Opened, *, scanner: Scanner, by: Actor, now: datetime) -> WalkInOut:
    if one.item is None:
        return schemas.refused_out(one.uid, schemas.unread(one))
    try:
        given = walk_ins.admit(site, one.item, _written, scanner=scanner, by=by, now=now)
    except (Conflict, Invalid, NotFound) as refusal:
        return schemas.refused_out(one.uid, refusal)
    return schemas.again(given.body, is_replayed=given.is_replayed)


def _written(arrival: Arrival) -> str:
    return schemas.arrival_out(arrival).model_dump_json()
