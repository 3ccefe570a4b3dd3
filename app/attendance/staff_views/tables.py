"""What is taken away from an attendance: tables and sheets; the audit log remembers it."""

from __future__ import annotations

from flask import Response

from app.accounts.access import requires, staff
from app.attendance.access import sees_phones
from app.attendance.exports import sheets, tables
from app.attendance.queries import records
from app.attendance.staff_views.frame import READERS, blueprint, the_lesson, the_training
from app.audit import commands as audit
from app.kit import clock, downloads
from app.kit.database import unit_of_work
from app.kit.settings import settings
from app.trainings.models import Training


@blueprint.get("/trainings/<training_id>/attendance.<any(csv, xlsx):form>")
@requires(*READERS)
def export(training_id: str, form: str) -> Response:
    """Take the attendance of all lessons away as a table; remembered in the audit log."""
    training = the_training(training_id)
    _remember("attendance.exported", training, form=form)
    rows = records.stream_rows(training, with_phones=sees_phones(staff()))
    timezone, name = settings().default_timezone, f"attendance-{training.public_id}.{form}"
    if form == "csv":
        chunks = tables.attendance_csv(rows, timezone=timezone)
        return downloads.stream(chunks, tables.MEDIA_TYPES[form], name=name)
    book = tables.attendance_xlsx(rows, training, timezone=timezone)
    return downloads.file(book, tables.MEDIA_TYPES[form], name=name)


@blueprint.get("/lessons/<lesson_id>/sign-in-sheet-<any(blank, electronic):kind>.pdf")
@requires(*READERS)
def sign_in_sheet(lesson_id: str, kind: sheets.Kind) -> Response:
    """Print the sign-in sheet of a lesson: blank, or with what was recorded."""
    training, lesson = the_lesson(lesson_id)
    _remember("attendance.sheet_printed", training, form=kind)
    rows = records.stream_rows(training, lesson_id=lesson.id, with_phones=sees_phones(staff()))
    data = sheets.sign_in_sheet(rows, training, lesson, kind=kind, now=clock.now())
    name = f"sign-in-sheet-{lesson.public_id}-{kind}.pdf"
    return downloads.content(data, "application/pdf", name=name, inline=True)


def _remember(action: str, training: Training, *, form: str) -> None:
    who, now = staff(), clock.now()
    subject = training.public_id
    unit_of_work(
        lambda: audit.record(
            action, by=who.actor, now=now, subject_kind="training", subject_id=subject, format=form
        )
    )
