"""The queue that a desk wrote into a file: its scans wait, its walk-ins are registered."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from flask import Response, flash, make_response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands import late_scans, walk_ins
from app.attendance.commands.scans import Scanner
from app.attendance.commands.walk_ins import Arrival, Site
from app.attendance.models import Desk
from app.attendance.queries import desks as queries
from app.attendance.schemas.late import MOST_BYTES, QueueFile, read_queue, reasons
from app.attendance.schemas.walk_ins import Opened, arrival_out, opened, unread
from app.attendance.staff_views.desks import KEEPERS, desks_page
from app.attendance.staff_views.frame import blueprint, the_lesson
from app.attendance.staff_views.late_scans import back
from app.audit.rules import Actor
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.forms import Form
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
        lambda: late_scans.keep(
            desk.id, scans, from_file=True, by=who.actor, now=now, undone=reasons(queue.undos)
        )
    )
    flash(
        _(
            "已收到%(stored)s条记录，待核对；另有%(known)s条此前已收到",
            stored=kept.stored,
            known=kept.known,
        ),
        "success",
    )
    if kept.undos_left:
        flash(
            _(
                "文件中另有%(count)s条撤销，所撤销的记录此前已收到，请到出勤页核对后手工撤销",
                count=kept.undos_left,
            ),
            "warning",
        )
    if queue.walk_ins:
        _take_walk_ins(queue, desk, may_register=who.has(Role.ORGANISER))
    return back(lesson_id)


def _take_walk_ins(queue: QueueFile, desk: Desk, *, may_register: bool) -> None:
    """Register who came without a ticket, as if the desk had sent it; each uid acts once."""
    if not may_register:
        flash(_("文件中有现场登记人员，请由组织者上传这份文件"), "warning")
        return
    boxes, who, now = [opened(sent) for sent in queue.walk_ins], staff(), clock.now()
    scanner = Scanner(desk_id=desk.id, staff_id=desk.staff_id, label=desk.label)

    def work() -> list[str]:
        site = walk_ins.hold(desk.lesson_id)
        return [
            refusal
            for one in boxes
            if (refusal := _refusal(site, one, scanner=scanner, by=who.actor, now=now))
        ]

    refusals = unit_of_work(work)
    flash(_("已处理%(count)s名现场登记人员", count=len(boxes) - len(refusals)), "success")
    for refusal, count in Counter(refusals).items():
        flash(_("%(count)s名现场登记人员未能登记：%(why)s", count=count, why=refusal), "warning")


def _refusal(site: Site, one: Opened, *, scanner: Scanner, by: Actor, now: datetime) -> str:
    if one.item is None:
        return str(unread(one).text)
    try:
        walk_ins.admit(site, one.item, _written, scanner=scanner, by=by, now=now)
    except (Conflict, Invalid, NotFound) as refusal:
        return str(refusal.text)
    return ""


def _written(arrival: Arrival) -> str:
    return arrival_out(arrival).model_dump_json()


def _told(error: Invalid) -> list[str]:
    """Say all faults of a file with their places; the first 20 when there are many."""
    told = [
        f"{fault.field}: {fault.message}" if fault.field else str(fault.message)
        for fault in error.faults[:MOST_FAULTS]
    ]
    left = len(error.faults) - MOST_FAULTS
    return [*told, _("另有%(count)s处错误", count=left)] if left > 0 else told
