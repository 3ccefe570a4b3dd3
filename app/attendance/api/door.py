"""What a desk does at the door: scan, look for a person, take a scan back."""

from __future__ import annotations

from flask import Response

from app.attendance import access
from app.attendance.api.frame import DESK_REFUSALS, blueprint
from app.attendance.commands import decisions, scans
from app.attendance.queries import search as people
from app.attendance.queries.desks import Post
from app.attendance.schemas import door as door_schemas
from app.kit import api, clock


@blueprint.post("/lessons/<lesson_id>/scans")
@access.desk
@api.documented(
    answers=door_schemas.ScansOut,
    json=door_schemas.ScansIn,
    refusals=DESK_REFUSALS,
    tag="desk",
    secured=True,
)
def record_scans(*, post: Post, body: door_schemas.ScansIn) -> Response:
    """Answer scans; a refusal is an answer too, and a known uid is answered again."""
    scanner, now = access.scanner(), clock.now()
    values = [scan.value for scan in body.scans]

    def work() -> door_schemas.ScansOut:
        outcomes = scans.record_scans(post.lesson_id, values, by=scanner, now=now)
        results = [door_schemas.scan_out(outcome) for outcome in outcomes]
        return door_schemas.ScansOut.model_construct(results=results, server_time=now)

    return api.answer_command(work, principal=access.principal())


@blueprint.post("/lessons/<lesson_id>/search")
@access.desk
@api.documented(
    answers=door_schemas.HitsOut,
    json=door_schemas.SearchIn,
    refusals=DESK_REFUSALS,
    tag="desk",
    secured=True,
)
def search(*, post: Post, body: door_schemas.SearchIn) -> Response:
    """Find at most 20 people of the lesson by name or by the last digits of the phone."""
    hits = people.search(post.lesson_id, body.text)
    return api.answer(door_schemas.HitsOut(items=[door_schemas.hit_out(hit) for hit in hits]))


@blueprint.post("/lessons/<lesson_id>/undo")
@access.desk
@api.documented(
    answers=door_schemas.DecidedOut,
    json=door_schemas.UndoIn,
    refusals=(*DESK_REFUSALS, 409),
    tag="desk",
    secured=True,
)
def undo(*, post: Post, body: door_schemas.UndoIn) -> Response:
    """Take a scan of this lesson out of account, with a reason."""
    scanner, actor, now = access.scanner(), access.actor(), clock.now()
    return api.answer_command(
        lambda: door_schemas.decided_out(
            decisions.undo(
                post.lesson_id,
                body.target,
                uid=body.uid,
                reason=body.reason,
                scanner=scanner,
                by=actor,
                now=now,
            )
        ),
        principal=access.principal(),
    )
