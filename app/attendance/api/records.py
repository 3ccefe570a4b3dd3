"""What programs of organisers do with the record: correct it, take it away as a table."""

from __future__ import annotations

from flask import Response

from app.accounts.access import api_scope, caller
from app.accounts.rules import Scope
from app.attendance import access
from app.attendance.api.frame import blueprint
from app.attendance.commands import decisions
from app.attendance.exports import tables
from app.attendance.queries import desks, records
from app.attendance.schemas import door as door_schemas
from app.attendance.schemas import records as record_schemas
from app.audit import commands as audit
from app.kit import api, clock, downloads, ids
from app.kit.database import unit_of_work
from app.kit.settings import settings


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
