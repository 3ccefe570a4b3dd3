"""What came too late, or as a file: taken in, looked through, accepted or declined."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands import late_scans as commands
from app.attendance.forms import DeclineForm
from app.attendance.queries import desks as queries
from app.attendance.schemas.late import MOST_BYTES, read_queue
from app.attendance.staff_views.desks import KEEPERS, desks_page
from app.attendance.staff_views.frame import blueprint, the_lesson
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.forms import Form, read
from app.kit.texts import translate as _

MOST_FAULTS = 20


@blueprint.post("/lessons/<lesson_id>/desks/queue-file")
@requires(*KEEPERS)
def take_queue(lesson_id: str) -> Response | WerkzeugResponse:
    """Take in the queue that a desk wrote into a file; its scans wait for a decision."""
    training, lesson = the_lesson(lesson_id)
    form, sent = Form(), request.files.get("file")
    if sent is None or not sent.filename:
        form.errors["file"] = [_("请选择要上传的文件")]
        return make_response(desks_page(training, lesson, late_form=form), 422)
    try:
        queue = read_queue(sent.stream.read(MOST_BYTES + 1), lesson=lesson_id)
        desk = queries.get_desk_of(queue.desk, lesson_id=lesson.id)
    except Invalid as error:
        form.errors["file"] = _told(error)
        return make_response(desks_page(training, lesson, late_form=form), 422)
    except NotFound:
        form.errors["file"] = [_("这份文件所属的签到台不在本节次中")]
        return make_response(desks_page(training, lesson, late_form=form), 422)
    scans, who, now = [scan.value for scan in queue.scans], staff(), clock.now()
    kept = unit_of_work(
        lambda: commands.keep(desk.id, scans, from_file=True, by=who.actor, now=now)
    )
    flash(
        _(
            "已收到%(stored)s条记录，待核对；另有%(known)s条此前已收到",
            stored=kept.stored,
            known=kept.known,
        ),
        "success",
    )
    if queue.walk_ins:
        flash(
            _(
                "文件中有%(count)s名现场登记人员，其内容已加密，只能由签到台联网后上传",
                count=len(queue.walk_ins),
            ),
            "warning",
        )
    return _back(lesson_id)


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
    return _back(lesson_id)


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
    return _back(lesson_id)


def _told(error: Invalid) -> list[str]:
    """Say all faults of a file with their places; the first 20 when there are many."""
    told = [
        f"{fault.field}: {fault.message}" if fault.field else str(fault.message)
        for fault in error.faults[:MOST_FAULTS]
    ]
    left = len(error.faults) - MOST_FAULTS
    return [*told, _("另有%(count)s处错误", count=left)] if left > 0 else told


def _back(lesson_id: str) -> WerkzeugResponse:
    address = url_for("attendance_staff.desks", lesson_id=lesson_id, _anchor="late")
    return redirect(address, 303)
