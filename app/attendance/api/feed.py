"""What a desk knows of its lesson: everybody expected, what happened since, how many came."""

from __future__ import annotations

from flask import Response

from app.accounts.access import bearer
from app.attendance import access
from app.attendance.api.frame import DESK_REFUSALS, blueprint
from app.attendance.queries import feed, roster
from app.attendance.queries.desks import Post
from app.attendance.rules.roster_boxes import search_box
from app.attendance.schemas import feed as feed_schemas
from app.kit import api, clock, compression, letterbox


@blueprint.get("/lessons/<lesson_id>/roster")
@access.desk
@api.documented(answers=feed_schemas.RosterOut, refusals=DESK_REFUSALS, tag="desk", secured=True)
def show_roster(*, post: Post) -> Response:
    """Give everybody of the lesson in sealed boxes, for a device that may lose the network."""
    facts = roster.get_facts(post.lesson_id)
    found = roster.get_roster(post.lesson_id, post.lesson)
    search = search_box(post.lesson, bearer(), found.people) if post.may_search else None
    answer = feed_schemas.roster_out(
        facts, found, post=post, letterbox=letterbox.slot(), search=search, now=clock.now()
    )
    return compression.packed(api.answer(answer))


@blueprint.get("/lessons/<lesson_id>/groups")
@access.desk
@api.documented(answers=feed_schemas.GroupsOut, refusals=DESK_REFUSALS, tag="desk", secured=True)
def list_groups(*, post: Post) -> Response:
    """Give the boxes of group codes; a desk takes them after the roster, which works without."""
    groups = roster.list_groups(post.lesson_id, post.lesson)
    return compression.packed(api.answer(feed_schemas.groups_out(groups)))


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
            lesson=feed_schemas.lesson_out(changes.lesson),
        )
    )


@blueprint.get("/lessons/<lesson_id>/counter")
@access.desk
@api.documented(answers=feed_schemas.CounterOut, refusals=DESK_REFUSALS, tag="desk", secured=True)
def show_counter(*, post: Post) -> Response:
    """Give how many are expected, have come, are missing."""
    return api.answer(feed_schemas.counter_out(roster.count(post.lesson_id)))
