"""Summary and export of a training's feedback, for organisers and supervisors."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.feedback import commands, exports, queries, rules
from app.kit import clock, downloads
from app.kit.database import unit_of_work
from app.kit.settings import settings
from app.kit.spreadsheets import writing
from app.kit.texts import translate as _
from app.trainings import queries as trainings

blueprint = Blueprint("feedback_staff", __name__, url_prefix="/staff")
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/trainings/<training_id>/feedback")
@requires(Role.ORGANISER, Role.SUPERVISOR)
def show(training_id: str) -> str:
    """Show figures and open answers, once there are enough to hide who said what."""
    training = trainings.get(training_id, staff().organisation_id)
    summary = queries.summary(training)
    return render_template(
        "feedback/staff/show.html",
        training=training,
        summary=summary,
        texts=queries.list_texts(training) if summary.count is not None else {},
        rules=rules,
    )


@blueprint.get("/trainings/<training_id>/feedback.<any(csv, xlsx):file_format>")
@requires(Role.ORGANISER, Role.SUPERVISOR)
def export(training_id: str, file_format: str) -> Response:
    """Give the answers as a file; that they were taken out is remembered."""
    who, now = staff(), clock.now()

    def note() -> None:
        wanted = trainings.get(training_id, who.organisation_id)
        commands.note_export(wanted, file_format, by=who.actor, now=now)

    unit_of_work(note)
    training = trainings.get(training_id, who.organisation_id)
    rows, zone = queries.iterate_answers(training), settings().default_timezone
    name = f"feedback-{training_id}.{file_format}"
    if file_format == "csv":
        return downloads.stream(writing.csv(exports.columns(), rows, timezone=zone), CSV, name=name)
    book = writing.xlsx(
        exports.columns(),
        rows,
        sheet=_("满意度评价"),
        timezone=zone,
        title=training.title,
        footnotes=exports.footnotes(),
    )
    return downloads.file(book, XLSX, name=name)
