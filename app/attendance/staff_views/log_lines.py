"""The lines of a log: whose each one is, and the step that makes attendance of them."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands import log_facts, log_matches
from app.attendance.forms.logs import choices_in
from app.attendance.models import Match, PlatformLog
from app.attendance.queries import logs
from app.attendance.rules.headings import PLATFORMS
from app.attendance.rules.wording_of_logs import MATCHES
from app.attendance.staff_views.frame import blueprint, common, the_lesson
from app.kit import clock, phones
from app.kit.database import unit_of_work
from app.kit.errors import Conflict
from app.kit.forms import Form
from app.kit.pages import asked_number
from app.kit.texts import translate as _
from app.trainings.models import Lesson, Training

Decision = Callable[[PlatformLog, log_facts.Decider], int]


@blueprint.get("/lessons/<lesson_id>/logs/<log_id>")
@requires(Role.ORGANISER)
def log_lines(lesson_id: str, log_id: str) -> ResponseReturnValue:
    """Show the lines of a log, narrowed by how they were matched."""
    training, lesson = the_lesson(lesson_id)
    if logs.get_log(lesson.id, log_id).content is not None:
        return _back("attendance_staff.log_columns", lesson, log_id)
    return _page(training, lesson, log_id, Form(request.args))


@blueprint.post("/lessons/<lesson_id>/logs/<log_id>")
@requires(Role.ORGANISER)
def decide_lines(lesson_id: str, log_id: str) -> ResponseReturnValue:
    """Say whose lines are, that they are nobody's, or take that back."""
    training, lesson = the_lesson(lesson_id)
    logs.get_log(lesson.id, log_id)
    who, now = staff(), clock.now()
    act, lines = request.form.get("act", ""), request.form.getlist("line")[: logs.SIZE]
    chosen = choices_in(request.form.getlist("choice")[: logs.SIZE])
    decisions: dict[str, Decision] = {
        "choose": lambda log, by: log_matches.choose(log, chosen, by=by, now=now),
        "accept": lambda log, by: log_matches.choose(
            log, chosen, by=by, now=now, only_waiting=True
        ),
        "ignore": lambda log, by: log_matches.ignore(log, lines, by=by, now=now),
        "reopen": lambda log, by: log_matches.reopen(log, lines, by=by, now=now),
        "again": lambda log, by: log_matches.match_again(log, by=by, now=now),
    }
    if act not in decisions:
        form = Form(request.args)
        form.add_general(_("请从给出的选项中选择"))
        return _page(training, lesson, log_id, form), 422
    try:
        by = log_facts.Decider(staff_id=who.staff_id, actor=who.actor)
        count = unit_of_work(lambda: decisions[act](logs.get_log(lesson.id, log_id), by))
    except Conflict as error:
        form = Form(request.args)
        form.add_general(error.text)
        return _page(training, lesson, log_id, form), error.status
    flash(_("已更新%(count)s行", count=count), "success")
    return _back("attendance_staff.log_lines", lesson, log_id, match=request.args.get("match"))


@blueprint.get("/lessons/<lesson_id>/logs/<log_id>/apply")
@requires(Role.ORGANISER)
def preview_log(lesson_id: str, log_id: str) -> ResponseReturnValue:
    """Show what would change: everything is tried and rolled back."""
    training, lesson = the_lesson(lesson_id)
    log = logs.get_log(lesson.id, log_id)
    if log.content is not None:
        return _back("attendance_staff.log_columns", lesson, log_id)
    who, now, form, applied = staff(), clock.now(), Form(), None
    try:
        unit_of_work(
            lambda: log_facts.rehearse(
                logs.get_log(lesson.id, log_id),
                by=log_facts.Decider(staff_id=who.staff_id, actor=who.actor),
                now=now,
            )
        )
    except log_facts.Rehearsed as told:
        applied = told.applied
    except Conflict as error:
        form.add_general(error.text)
    training, lesson = the_lesson(lesson_id)
    page = render_template(
        "attendance/staff/log_apply.html",
        **common(training, lesson),
        log=logs.get_log(lesson.id, log_id),
        counts=logs.counts_of(log.id),
        applied=applied,
        form=form,
    )
    return page, 409 if form.errors else 200


@blueprint.post("/lessons/<lesson_id>/logs/<log_id>/apply")
@requires(Role.ORGANISER)
def apply_log(lesson_id: str, log_id: str) -> ResponseReturnValue:
    """Make attendance of the matched lines."""
    _training, lesson = the_lesson(lesson_id)
    who, now = staff(), clock.now()
    applied = unit_of_work(
        lambda: log_facts.apply(
            logs.get_log(lesson.id, log_id),
            by=log_facts.Decider(staff_id=who.staff_id, actor=who.actor),
            now=now,
        )
    )
    done = _(
        "已写入%(lines)s行，%(records)s人的出勤有变化",
        lines=applied.lines,
        records=applied.records,
    )
    flash(done, "success")
    return _back("attendance_staff.log_lines", lesson, log_id)


def _page(training: Training, lesson: Lesson, log_id: str, form: Form) -> str:
    log = logs.get_log(lesson.id, log_id)
    asked, sought = request.args.get("match", ""), request.args.get("line", "")
    text = request.args.get("q", "").strip()[:60]
    return render_template(
        "attendance/staff/log_lines.html",
        **common(training, lesson),
        log=log,
        form=form,
        page=logs.list_lines(log, Match(asked) if asked in set(Match) else None, asked_number()),
        counts=logs.counts_of(log.id),
        asked=asked if asked in set(Match) else "",
        sought=logs.get_line(log.id, sought) if sought else None,
        found=logs.find_people(training.id, text) if sought else (),
        text=text,
        matches=MATCHES,
        platforms=PLATFORMS,
        Match=Match,
        mask=phones.mask,
    )


def _back(endpoint: str, lesson: Lesson, log_id: str, **values: str | None) -> WerkzeugResponse:
    address = url_for(endpoint, lesson_id=lesson.public_id, log_id=log_id, **values)  # type: ignore[arg-type]  # absent ones are left out
    return redirect(address, 303)
