"""How a phone becomes a desk, how a desk reports, and what it brings when it is a desk no more."""

from __future__ import annotations

from flask import Response

from app.attendance import access
from app.attendance.api.frame import DESK_REFUSALS, blueprint
from app.attendance.commands import desks, invitations, late_scans
from app.attendance.queries import conflicts, roster
from app.attendance.queries.desks import Post, lesson_of
from app.attendance.schemas import desks as schemas
from app.attendance.schemas import late as late_schemas
from app.kit import api, clock, tokens
from app.kit.errors import NotFound
from app.kit.guards import public
from app.kit.limits import DESKS, limiter


@blueprint.post("/desks")
@public
@limiter.limit(DESKS)
@api.documented(
    answers=schemas.NewDeskOut, status=201, json=schemas.BecomeIn, refusals=(404, 409), tag="desk"
)
def become_desk(*, body: schemas.BecomeIn) -> Response:
    """Make the caller a desk of the lesson it was invited to; an invitation is good once."""
    invitation = tokens.read(body.invitation, tokens.Purpose.ENROL)
    if invitation is None:
        raise NotFound
    now = clock.now()

    def work() -> schemas.NewDeskOut:
        desk = invitations.accept(invitation, now=now)
        token = tokens.issue(tokens.Purpose.DESK, desk.credential_id)
        return schemas.desk_out(desk, lesson=lesson_of(desk), token=token)

    return api.answer_command(work, principal=f"invitation:{invitation}", status=201)


@blueprint.post("/lessons/<lesson_id>/heartbeat")
@access.desk
@api.documented(
    answers=schemas.HeartbeatOut,
    json=schemas.HeartbeatIn,
    refusals=DESK_REFUSALS,
    tag="desk",
    secured=True,
)
def beat(*, post: Post, body: schemas.HeartbeatIn) -> Response:
    """Note queue and clock of a desk; tell it the time, the feed's number, and its end."""
    now = clock.now()

    def work() -> schemas.HeartbeatOut:
        if post.desk_id is not None:
            desks.hear(
                post.desk_id,
                queue_length=body.queue_length,
                device_time=body.device_time,
                now=now,
            )
        return schemas.HeartbeatOut(
            server_time=now,
            sequence=roster.feed_sequence(post.lesson_id),
            expires_at=post.expires_at,
            may_search=post.may_search,
        )

    return api.answer_command(work, principal=access.principal())


@blueprint.post("/lessons/<lesson_id>/late-scans")
@access.former_desk
@limiter.limit(DESKS)
@api.documented(
    answers=late_schemas.LateScansOut,
    status=202,
    json=late_schemas.LateScansIn,
    refusals=(401, 404),
    tag="desk",
    secured=True,
)
def keep_late_scans(*, post: Post, body: late_schemas.LateScansIn) -> Response:
    """Keep scans of a desk that may scan no more, until an organiser decides about them."""
    values, actor, now = [scan.value for scan in body.scans], access.actor(), clock.now()
    undone = late_schemas.reasons(body.undos)
    desk_id = post.desk_id
    assert desk_id is not None  # noqa: S101 - the guard lets desks in alone

    def work() -> late_schemas.LateScansOut:
        kept = late_scans.keep(desk_id, values, from_file=False, by=actor, now=now, undone=undone)
        return late_schemas.LateScansOut(
            stored=kept.stored, known=kept.known, undos_left=kept.undos_left
        )

    return api.answer_command(work, principal=access.principal(), status=202)


@blueprint.get("/lessons/<lesson_id>/conflicts")
@access.desk
@api.documented(answers=schemas.ConflictsOut, refusals=DESK_REFUSALS, tag="desk", secured=True)
def list_conflicts(*, post: Post) -> Response:
    """List who was let in at two desks without leaving in between, and is not settled yet."""
    found = conflicts.list_conflicts(post.lesson_id)
    people = [one.attendee_id for one in found]
    entries = roster.list_roster(post.lesson_id, post.lesson, people)
    return api.answer(schemas.conflicts_out(found, entries))
