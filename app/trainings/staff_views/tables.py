"""Several trainings at once from a spreadsheet: uploaded, looked at, then made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import queries as accounts
from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.kit import clock, spreadsheets
from app.kit.database import unit_of_work
from app.kit.errors import Invalid
from app.kit.forms import Form
from app.kit.settings import settings
from app.kit.texts import lazy as _
from app.kit.texts import translate
from app.trainings import commands, forms, queries, rules
from app.trainings.models import Mode, Training
from app.trainings.staff_views.frame import blueprint, go

MAX_BYTES = 2 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/trainings/upload")
@requires(Role.ORGANISER)
def upload() -> str:
    """Show how to import trainings."""
    return _page(Form(), ())


@blueprint.post("/trainings/upload")
@requires(Role.ORGANISER)
def upload_table() -> ResponseReturnValue:
    """Show what a table would make, and make it when that was looked at; or say all faults."""
    who, now, form = staff(), clock.now(), Form(request.form)
    is_published = form.text("publish") == "yes"
    try:
        table = _table(form)
        plans = forms.read_plans(table, _names(who.organisation_id), now, is_published=is_published)
        if form.text("rows"):
            return _write(plans, is_published=is_published)
        rows = forms.packed(table)
        planned = _rehearse(plans)
    except forms.TableInvalid as error:
        return _page(form, error.rows), 422
    except spreadsheets.SpreadsheetRefused as error:
        form.errors["file"] = [str(error.text)]
        return _page(form, ()), 422
    except Invalid as error:
        form.add_general(error.text)
        return _page(form, ()), 422
    return render_template(
        "trainings/staff/upload_preview.html",
        planned=planned,
        rows=rows,
        is_published=is_published,
        label_of_mode=rules.label_of_mode,
    )


def _table(form: Form) -> spreadsheets.Table:
    """Give the table that was uploaded, or the one that was looked at."""
    if rows := form.text("rows"):
        if (table := forms.unpacked(rows)) is None:
            raise spreadsheets.SpreadsheetRefused
        return table
    file = request.files.get("file")
    if file is None or not file.filename:
        raise spreadsheets.SpreadsheetRefused(_("请选择要上传的文件"))
    data = file.stream.read(MAX_BYTES + 1)
    return spreadsheets.read_table(data, file_name=file.filename, max_bytes=MAX_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One training that a table would make, and what an organiser is warned of."""

    title: str
    mode: Mode
    starts_at: datetime
    lesson_count: int
    place: str
    capacity_onsite: int
    capacity_online: int
    trainers: Sequence[str]
    warnings: Sequence[str]


class _RehearsedError(Exception):
    """Ends a rehearsal: all that was written is taken back."""

    def __init__(self, planned: Sequence[Planned]) -> None:
        super().__init__()
        self.planned = planned


def _rehearse(plans: Sequence[rules.TrainingPlan]) -> Sequence[Planned]:
    """Give what `plans` would make; it is really made, looked at, and taken back."""
    who, now = staff(), clock.now()

    def work() -> None:
        made = commands.create_many(
            plans, organisation_id=who.organisation_id, by=who.actor, now=now
        )
        whole = [queries.get(one.public_id, who.organisation_id) for one in made]
        raise _RehearsedError([_planned(one) for one in whole])

    try:
        unit_of_work(work)
    except _RehearsedError as rehearsed:
        return rehearsed.planned
    raise AssertionError


def _planned(training: Training) -> Planned:
    return Planned(
        title=training.title,
        mode=training.mode,
        starts_at=training.starts_at,
        lesson_count=len(training.lessons),
        place=training.venue.name if training.venue else "",
        capacity_onsite=training.capacity_onsite,
        capacity_online=training.capacity_online,
        trainers=[one.name for one in training.trainers],
        warnings=[str(clash.text) for clash in queries.list_clashes(training, forms.zone())],
    )


def _write(plans: Sequence[rules.TrainingPlan], *, is_published: bool) -> ResponseReturnValue:
    who, now = staff(), clock.now()

    def work() -> list[Training]:
        made = commands.create_many(
            plans, organisation_id=who.organisation_id, by=who.actor, now=now
        )
        if is_published:
            for one in made:
                commands.publish(
                    one.public_id, organisation_id=who.organisation_id, by=who.actor, now=now
                )
        return made

    count = len(unit_of_work(work))
    done = (
        _("已导入并发布%(count)s个场次", count=count)
        if is_published
        else _("已导入%(count)s个场次，均为草稿", count=count)
    )
    return go("trainings_staff.index", done)


@blueprint.get("/trainings/template.<any(xlsx, csv):file_format>")
@requires(Role.ORGANISER)
def template(file_format: str) -> ResponseReturnValue:
    """Give the empty table with an example and explanations."""
    zone = settings().default_timezone
    columns = [
        spreadsheets.Column(str(field.label), width=field.width) for field in forms.FIELDS.values()
    ]
    rows = [[forms.example(name) for name in forms.FIELDS]]
    notes = [str(note) for note in forms.NOTES]
    body: Iterable[bytes]
    if file_format == "csv":
        blank = [""] * (len(columns) - 1)
        body = spreadsheets.csv(
            columns, [*rows, *([note, *blank] for note in notes)], timezone=zone
        )
    else:
        with spreadsheets.xlsx(
            columns, rows, sheet=translate("场次"), timezone=zone, footnotes=notes
        ) as file:
            body = [file.read()]
    response = Response(body, mimetype="text/csv" if file_format == "csv" else XLSX)
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"training-template.{file_format}"
    )
    return response


def _names(organisation_id: int) -> forms.Names:
    return forms.Names(
        programmes={
            forms.folded(one.name): one.public_id
            for one in queries.list_programmes(organisation_id)
        },
        courses={
            forms.folded(one.title): one.public_id for one in queries.list_courses(organisation_id)
        },
        venues={
            forms.folded(one.name): one.public_id for one in queries.list_venues(organisation_id)
        },
        trainers={
            forms.folded(one.name): one.public_id for one in accounts.list_trainers(organisation_id)
        },
    )


def _page(form: Form, faults: tuple[forms.RowFault, ...]) -> str:
    return render_template(
        "trainings/staff/upload.html", form=form, faults=faults, fields=forms.FIELDS.values()
    )
