"""Spot checks: some of those who checked in alone are looked for in the hall."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands import spot_checks as commands
from app.attendance.commands.scans import Scanner
from app.attendance.forms.checkin import SpotCheckForm
from app.attendance.queries import roster
from app.attendance.queries import spot_checks as queries
from app.attendance.rules import wording
from app.attendance.rules.spot_checks import Finding
from app.attendance.rules.verdicts import COUNTED
from app.attendance.staff_views.frame import UNCHANGEABLE, blueprint, common, the_lesson
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.errors import Conflict, Invalid
from app.kit.forms import read
from app.kit.texts import translate as _
from app.trainings.models import Lesson

MOST = 1_000_000_000


@blueprint.get("/lessons/<lesson_id>/spot-checks")
@requires(Role.ORGANISER, Role.TRAINER)
def spot_checks(lesson_id: str) -> Response | WerkzeugResponse:
    """Show a draw; without one in the address the first is made among those present now."""
    training, lesson = the_lesson(lesson_id)
    number, upto = _asked("draw"), _asked("upto")
    if not number or not upto:
        return _to_draw(lesson, number or 1, roster.count(lesson.id).sequence)
    drawn = queries.list_drawn(lesson.id, lesson.public_id, number=number, upto=upto)
    page = render_template(
        "attendance/staff/spot_checks.html",
        **common(training, lesson),
        drawn=drawn,
        done=sum(one.finding is not Finding.OPEN for one in drawn),
        number=number,
        upto=upto,
        may_check=training.state not in UNCHANGEABLE,
    )
    return make_response(page)


@blueprint.post("/lessons/<lesson_id>/spot-checks")
@requires(Role.ORGANISER, Role.TRAINER)
def note_spot_check(lesson_id: str) -> Response | WerkzeugResponse:
    """Note whether somebody was in the hall."""
    _training, lesson = the_lesson(lesson_id)
    value, _form = read(SpotCheckForm, request.form)
    if value is None:
        raise Invalid
    try:
        _note(lesson, value)
    except Conflict as error:
        flash(str(error.text), "danger")
    return _to_draw(lesson, _asked("draw") or 1, _asked("upto") or MOST)


def _note(lesson: Lesson, value: SpotCheckForm) -> None:
    who, now = staff(), clock.now()
    scanner = Scanner(desk_id=None, staff_id=who.staff_id, label=who.name)
    if value.finding is Finding.ABSENT:
        unit_of_work(
            lambda: commands.confirm_absent(
                lesson, value.attendee, scanner=scanner, by=who.actor, now=now
            )
        )
        flash(_("已撤销自助签到，原因记为“抽查不在场”"), "success")
        return
    outcome = unit_of_work(
        lambda: commands.confirm_present(
            lesson, value.attendee, scanner=scanner, by=who.actor, now=now
        )
    )
    if outcome is not None and outcome.verdict not in COUNTED:
        flash(str(wording.MESSAGES[outcome.verdict]), "danger")
    else:
        flash(_("已记录在场"), "success")


def _asked(name: str) -> int:
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) else 0


def _to_draw(lesson: Lesson, number: int, upto: int) -> WerkzeugResponse:
    address = url_for(
        "attendance_staff.spot_checks",
        lesson_id=lesson.public_id,
        draw=number,
        upto=max(upto, 1),
    )
    return redirect(address, 303)
