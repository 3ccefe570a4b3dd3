"""Who was let in at two desks: both entries side by side, to be settled one by one."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands import decisions
from app.attendance.commands.scans import Scanner
from app.attendance.forms import SettleForm
from app.attendance.queries import conflicts as queries
from app.attendance.staff_views.frame import READERS, blueprint, common, the_lesson
from app.kit import clock, ids
from app.kit.database import unit_of_work
from app.kit.errors import Conflict, NotFound
from app.kit.forms import Form, read
from app.kit.texts import translate as _
from app.trainings.models import Lesson, Training


@blueprint.get("/lessons/<lesson_id>/conflicts")
@requires(*READERS)
def conflicts(lesson_id: str) -> str:
    """List the conflicts of a lesson that nobody has settled."""
    return _page(*the_lesson(lesson_id))


@blueprint.post("/lessons/<lesson_id>/conflicts/settle")
@requires(Role.ORGANISER)
def settle(lesson_id: str) -> Response | WerkzeugResponse:
    """Say that both entries are the same person's, seen by rights at both desks."""

    def decide(lesson: Lesson, value: SettleForm) -> object:
        who = staff()
        return decisions.resolve(
            lesson.id,
            value.target,
            uid=ids.new_uuid(),
            reason=value.reason,
            staff_id=who.staff_id,
            by=who.actor,
            now=clock.now(),
        )

    return _decided(lesson_id, decide, _("已记为同一人，两条记录都有效"))


@blueprint.post("/lessons/<lesson_id>/conflicts/undo")
@requires(Role.ORGANISER)
def undo_one(lesson_id: str) -> Response | WerkzeugResponse:
    """Take one of the two entries out of account."""

    def decide(lesson: Lesson, value: SettleForm) -> object:
        who = staff()
        return decisions.undo(
            lesson.id,
            value.target,
            uid=ids.new_uuid(),
            reason=value.reason,
            scanner=Scanner(desk_id=None, staff_id=who.staff_id),
            by=who.actor,
            now=clock.now(),
        )

    return _decided(lesson_id, decide, _("已撤销该记录，原因已记录"))


def _decided(
    lesson_id: str, decide: Callable[[Lesson, SettleForm], object], done: str
) -> Response | WerkzeugResponse:
    training, lesson = the_lesson(lesson_id)
    value, form = read(SettleForm, request.form)
    if value is None:
        return make_response(_page(training, lesson, form), 422)
    listed = queries.list_conflicts(lesson.id)
    if value.target not in {seen.uid for one in listed for seen in one.seen}:
        raise NotFound
    try:
        unit_of_work(lambda: decide(lesson, value))
    except Conflict as error:
        form.add_general(error.text)
        return make_response(_page(training, lesson, form), error.status)
    flash(done, "success")
    return redirect(url_for("attendance_staff.conflicts", lesson_id=lesson_id), 303)


def _page(training: Training, lesson: Lesson, form: Form | None = None) -> str:
    return render_template(
        "attendance/staff/conflicts.html",
        **common(training, lesson),
        conflicts=queries.list_conflicts(lesson.id),
        form=form or Form(),
    )
