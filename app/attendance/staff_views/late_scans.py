"""What came too late, or as a file: looked through, accepted or declined."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands import late_scans as commands
from app.attendance.forms import DeclineForm
from app.attendance.staff_views.desks import desks_page
from app.attendance.staff_views.frame import blueprint, the_lesson
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.errors import Conflict
from app.kit.forms import Form, read
from app.kit.texts import translate as _


@blueprint.post("/lessons/<lesson_id>/late-scans/accept")
@requires(Role.ORGANISER)
def accept_late(lesson_id: str) -> Response | WerkzeugResponse:
    """Enter one late scan, or all, into the record."""
    training, lesson = the_lesson(lesson_id)
    chosen, who, now, form = request.form.getlist("late"), staff(), clock.now(), Form()
    everything = request.form.get("all") == "yes"
    try:
        reviewed = unit_of_work(
            lambda: commands.accept(
                lesson.id,
                None if everything else chosen,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except Conflict as error:
        form.add_general(error.text)
        return make_response(desks_page(training, lesson, late_form=form), error.status)
    flash(_("已采纳%(count)s条记录", count=reviewed.accepted), "success")
    if reviewed.mismatched:
        flash(
            _(
                "%(count)s条记录的编号已用于另一份内容，未采纳，请逐条核对",
                count=reviewed.mismatched,
            ),
            "warning",
        )
    if reviewed.left:
        flash(_("还有%(count)s条待核对，请再次采纳", count=reviewed.left), "info")
    return back(lesson_id)


@blueprint.post("/lessons/<lesson_id>/late-scans/decline")
@requires(Role.ORGANISER)
def decline_late(lesson_id: str) -> Response | WerkzeugResponse:
    """Leave one late scan out of the record, with a reason."""
    training, lesson = the_lesson(lesson_id)
    value, form = read(DeclineForm, request.form)
    if value is None:
        return make_response(desks_page(training, lesson, late_form=form), 422)
    who, now = staff(), clock.now()
    try:
        unit_of_work(
            lambda: commands.decline(
                lesson.id,
                value.late,
                reason=value.reason,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except Conflict as error:
        form.add_general(error.text)
        return make_response(desks_page(training, lesson, late_form=form), error.status)
    flash(_("未采纳该记录，原因已保存"), "success")
    return back(lesson_id)


def back(lesson_id: str) -> WerkzeugResponse:
    """Go back to what waits."""
    address = url_for("attendance_staff.desks", lesson_id=lesson_id, _anchor="late")
    return redirect(address, 303)
