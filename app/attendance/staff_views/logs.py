"""Brings logs of meeting platforms: the list of them, the file, the names of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands import logs as commands
from app.attendance.errors import LogKnown
from app.attendance.forms.logs import (
    MOST_BYTES,
    ColumnsForm,
    LineFault,
    UploadForm,
    read_file,
    read_lines,
)
from app.attendance.models import Match, PlatformLog
from app.attendance.queries import logs
from app.attendance.rules import headings
from app.attendance.rules.headings import LABELS, PLATFORMS, Column
from app.attendance.staff_views.frame import blueprint, common, the_lesson
from app.kit import clock, phones
from app.kit.database import unit_of_work
from app.kit.errors import Conflict
from app.kit.forms import Form, read
from app.kit.settings import settings
from app.kit.spreadsheets import SpreadsheetRefused, Table
from app.kit.texts import translate
from app.trainings.models import Lesson, Training

PREVIEWED = 10
MOST_FAULTS = 200


@blueprint.get("/lessons/<lesson_id>/logs")
@requires(Role.ORGANISER)
def logs_index(lesson_id: str) -> str:
    """List the logs of a lesson, and take another one."""
    return _index(*the_lesson(lesson_id), Form())


@blueprint.post("/lessons/<lesson_id>/logs")
@requires(Role.ORGANISER)
def upload_log(lesson_id: str) -> ResponseReturnValue:
    """Take a file that can be read; the next page asks for its columns."""
    training, lesson = the_lesson(lesson_id)
    value, form = read(UploadForm, request.form)
    file = request.files.get("file")
    data, name = b"", ""
    if file is None or not file.filename:
        form.errors["file"] = [translate("请选择要上传的文件")]
    else:
        data, name = file.stream.read(MOST_BYTES + 1), file.filename
        try:
            read_file(data, file_name=name)
        except SpreadsheetRefused as error:
            form.errors["file"] = [str(error.text)]
    if value is None or form.errors:
        return _index(training, lesson, form), 422
    who, now = staff(), clock.now()
    try:
        log = unit_of_work(
            lambda: commands.receive(
                lesson,
                data,
                platform=value.platform,
                file_name=name,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except LogKnown as error:
        form.add_general(error.text)
        return _index(training, lesson, form, known=error.log), error.status
    except Conflict as error:
        form.add_general(error.text)
        return _index(training, lesson, form), error.status
    return _to("attendance_staff.log_columns", lesson, log.public_id)


@blueprint.get("/lessons/<lesson_id>/logs/<log_id>/columns")
@requires(Role.ORGANISER)
def log_columns(lesson_id: str, log_id: str) -> ResponseReturnValue:
    """Show the columns of a file as they are guessed, and its first lines."""
    training, lesson = the_lesson(lesson_id)
    log = logs.get_log(lesson.id, log_id)
    if log.content is None:
        return _to("attendance_staff.log_lines", lesson, log.public_id)
    table = _table(log)
    form = Form({column.value: heading for column, heading in _named(log, table).items()})
    return _columns((training, lesson), log, table, form)


@blueprint.post("/lessons/<lesson_id>/logs/<log_id>/columns")
@requires(Role.ORGANISER)
def name_log_columns(lesson_id: str, log_id: str) -> ResponseReturnValue:
    """Read all lines by the columns named, or none and say everything that is wrong."""
    training, lesson = the_lesson(lesson_id)
    log = logs.get_log(lesson.id, log_id)
    if log.content is None:
        return _to("attendance_staff.log_lines", lesson, log.public_id)
    table = _table(log)
    value, form = read(ColumnsForm, request.form)
    mapping = {} if value is None else value.mapping
    if value is None or not set(mapping.values()) <= set(table.header):
        return _columns((training, lesson), log, table, form), 422
    zone = ZoneInfo(settings().default_timezone)
    day = lesson.starts_at.astimezone(zone).date()
    reading = read_lines(table, mapping, day=day, zone=zone)
    if reading.faults or request.form.get("act") == "preview":
        status = 422 if reading.faults else 200
        return _columns((training, lesson), log, table, form, faults=reading.faults), status
    who, now = staff(), clock.now()
    try:
        unit_of_work(
            lambda: commands.read_in(
                logs.get_log(lesson.id, log_id),
                reading.lines,
                mapping,
                table.header,
                by=who.actor,
                now=now,
            )
        )
    except Conflict as error:
        form.add_general(error.text)
        return _columns((training, lesson), log, table, form), error.status
    flash(translate("已读取%(count)s行，请核对后写入出勤", count=len(reading.lines)), "success")
    return _to("attendance_staff.log_lines", lesson, log.public_id)


@blueprint.post("/lessons/<lesson_id>/logs/<log_id>/discard")
@requires(Role.ORGANISER)
def discard_log(lesson_id: str, log_id: str) -> ResponseReturnValue:
    """Take away a log that never became attendance."""
    _training, lesson = the_lesson(lesson_id)
    who, now = staff(), clock.now()
    unit_of_work(lambda: commands.discard(logs.get_log(lesson.id, log_id), by=who.actor, now=now))
    flash(translate("已删除这份导入记录"), "success")
    return redirect(url_for("attendance_staff.logs_index", lesson_id=lesson.public_id), 303)


def _table(log: PlatformLog) -> Table:
    return read_file(commands.content_of(log), file_name=log.file_name)


def _named(log: PlatformLog, table: Table) -> dict[Column, str]:
    """Name the columns as the last time, else by what is known of the platform."""
    key = commands.headings_key(table.header)
    known = logs.find_mapping(log.organisation_id, log.platform, key)
    if known is not None and set(known.values()) <= set(table.header):
        return {Column(column): heading for column, heading in known.items()}
    return headings.guess(table.header, log.platform)


def _index(training: Training, lesson: Lesson, form: Form, *, known: str = "") -> str:
    return render_template(
        "attendance/staff/logs_index.html",
        **common(training, lesson),
        form=form,
        known=known,
        logs=logs.list_logs(lesson.id),
        platforms=PLATFORMS,
        Match=Match,
        most_megabytes=MOST_BYTES // 1024 // 1024,
    )


def _columns(
    place: tuple[Training, Lesson],
    log: PlatformLog,
    table: Table,
    form: Form,
    *,
    faults: Sequence[LineFault] = (),
) -> str:
    training, lesson = place
    mapping = {column: text for column in Column if (text := form.text(column.value))}
    zone = ZoneInfo(settings().default_timezone)
    day = lesson.starts_at.astimezone(zone).date()
    first = Table(header=table.header, rows=table.rows[:PREVIEWED])
    can_read = headings.sufficient(mapping) and set(mapping.values()) <= set(table.header)
    return render_template(
        "attendance/staff/log_columns.html",
        **common(training, lesson),
        log=log,
        form=form,
        table=first,
        count=len(table.rows),
        columns=LABELS,
        headings=[(heading, heading) for heading in table.header if heading],
        mask=phones.mask,
        preview=read_lines(first, mapping, day=day, zone=zone) if can_read else None,
        platforms=PLATFORMS,
        faults=faults[:MOST_FAULTS],
        fault_count=len(faults),
    )


def _to(endpoint: str, lesson: Lesson, log: str) -> WerkzeugResponse:
    return redirect(url_for(endpoint, lesson_id=lesson.public_id, log_id=log), 303)
