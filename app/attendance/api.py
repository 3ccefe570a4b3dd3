"""Scans, roster, change feed, corrections and attendance for programs and desks."""

from __future__ import annotations

from flask import Blueprint, Response

from app.accounts.access import api_scope, caller
from app.accounts.rules import Scope
from app.attendance import access
from app.attendance.commands import decisions, scans
from app.attendance.exports import tables
from app.attendance.queries import desks, feed, records, roster
from app.attendance.queries.desks import Post
from app.attendance.rules.verdicts import Span
from app.attendance.schemas import door as door_schemas
from app.attendance.schemas import feed as feed_schemas
from app.attendance.schemas import records as record_schemas
from app.audit import commands as audit
from app.kit import api, clock, downloads, ids
from app.kit.database import unit_of_work
from app.kit.settings import settings

blueprint = Blueprint("attendance_api", __name__, url_prefix="/api/v1")
DESK_REFUSALS = (401, 403, 404)


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
    hits = roster.search(post.lesson_id, body.text)
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


@blueprint.post("/lessons/<lesson_id>/corrections")
@api_scope(Scope.ATTENDANCE_WRITE)
@api.documented(
    answers=door_schemas.DecidedOut,
    status=201,
    json=door_schemas.CorrectionIn,
    refusals=(401, 403, 404, 409),
    tag="attendance",
    secured=True,
)
def correct(lesson_id: str, *, body: door_schemas.CorrectionIn) -> Response:
    """Set what a lesson counts for an attendee, with a reason."""
    who, now, uid = caller(), clock.now(), ids.new_uuid()
    lesson = desks.get_lesson(lesson_id, organisation_id=who.organisation_id).id
    return api.answer_command(
        lambda: door_schemas.decided_out(
            decisions.correct(
                lesson,
                body.attendee,
                body.credit,
                uid=uid,
                reason=body.reason,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        ),
        principal=who.public_id,
        status=201,
    )


@blueprint.get("/trainings/<training_id>/attendance")
@api_scope(Scope.ATTENDANCE_READ)
@api.documented(
    answers=record_schemas.AttendanceOut,
    query=record_schemas.AttendanceQuery,
    refusals=(401, 403, 404),
    tag="attendance",
    secured=True,
    files=tuple(tables.MEDIA_TYPES[kind].partition(";")[0] for kind in ("csv", "xlsx")),
)
def export(training_id: str, *, query: record_schemas.AttendanceQuery) -> Response:
    """Give one row per attendee and lesson as JSON, csv or xlsx; the export is audited."""
    who, now = caller(), clock.now()
    training = desks.get_training(training_id, organisation_id=who.organisation_id)
    unit_of_work(
        lambda: audit.record(
            "attendance.exported",
            by=who.actor,
            now=now,
            subject_kind="training",
            subject_id=training.public_id,
            format=query.format,
        )
    )
    rows = records.stream_rows(training, with_phones=access.sees_phones(who))
    if query.format == "json":
        return downloads.stream(record_schemas.attendance_json(rows), "application/json")
    timezone = settings().default_timezone
    name = f"attendance-{training.public_id}.{query.format}"
    if query.format == "csv":
        return downloads.stream(
            tables.attendance_csv(rows, timezone=timezone), tables.MEDIA_TYPES["csv"], name=name
        )
    book = tables.attendance_xlsx(rows, training, timezone=timezone)
    return downloads.file(book, tables.MEDIA_TYPES["xlsx"], name=name)
