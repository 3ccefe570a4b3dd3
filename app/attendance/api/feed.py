"""What a desk knows of its lesson: everybody expected, what happened since, how many came."""

from __future__ import annotations

from flask import Response

from app.attendance import access
from app.attendance.api.frame import DESK_REFUSALS, blueprint
from app.attendance.queries import desks, feed, roster
from app.attendance.queries.desks import Post
from app.attendance.rules.verdicts import Span
from app.attendance.schemas import feed as feed_schemas
from app.kit import api, clock


@blueprint.get("/lessons/<lesson_id>/roster")
@access.desk
@api.documented(answers=feed_schemas.RosterOut, refusals=DESK_REFUSALS, tag="desk", secured=True)
def show_roster(*, post: Post) -> Response:
    """Give everybody of the lesson, masked, for a device that may lose the network."""
    sequence = roster.feed_sequence(post.lesson_id)
    entries = roster.list_roster(post.lesson_id, post.lesson)
    lesson = desks.get_lesson(post.lesson, organisation_id=post.organisation_id)
    span = Span(starts_at=lesson.starts_at, ends_at=lesson.ends_at)
    return api.answer(
        feed_schemas.RosterOut(
            lesson=feed_schemas.LessonOut(
                id=lesson.public_id,
                title=lesson.title,
                starts_at=lesson.starts_at,
                ends_at=lesson.ends_at,
                opens_at=span.opens_at,
                closes_at=span.closes_at,
            ),
            sequence=sequence,
            attendees=[feed_schemas.entry_out(entry) for entry in entries],
            server_time=clock.now(),
        )
    )


@blueprint.get("/lessons/<lesson_id>/changes")
@access.desk
@api.documented(
    answers=feed_schemas.ChangesOut,
    query=feed_schemas.ChangesQuery,
    refusals=DESK_REFUSALS,
    tag="desk",
    secured=True,
)
def list_changes(*, post: Post, query: feed_schemas.ChangesQuery) -> Response:
    """Give what happened after a number of the lesson's feed, none missing."""
    changes = feed.list_changes(post.lesson_id, post.lesson, after=query.after, limit=query.limit)
    return api.answer(
        feed_schemas.ChangesOut(
            items=[feed_schemas.change_out(change) for change in changes.items],
            sequence=changes.sequence,
            more=changes.has_more,
        )
    )


@blueprint.get("/lessons/<lesson_id>/counter")
@access.desk
@api.documented(answers=feed_schemas.CounterOut, refusals=DESK_REFUSALS, tag="desk", secured=True)
def show_counter(*, post: Post) -> Response:
    """Give how many are expected, have come, are missing."""
    return api.answer(feed_schemas.counter_out(roster.count(post.lesson_id)))
