"""The list of who came, with its evidence; one person's record, its corrections and undoing."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.access import sees_phones
from app.attendance.commands import decisions
from app.attendance.commands.scans import Scanner
from app.attendance.exports import tables
from app.attendance.forms import CorrectionForm, UndoForm, filters_in
from app.attendance.models import Credit
from app.attendance.queries import history, records
from app.attendance.rules import wording
from app.attendance.staff_views.frame import READERS, blueprint, common, the_lesson, the_training
from app.kit import clock, ids, phones
from app.kit.database import unit_of_work
from app.kit.errors import Conflict, NotFound
from app.kit.forms import Form, read
from app.kit.pages import asked_number
from app.kit.texts import translate as _
from app.trainings.models import Lesson, Training


@blueprint.get("/trainings/<training_id>/attendance")
@requires(*READERS)
def index(training_id: str) -> str:
    """List the attendance of one lesson of a training."""
    training = the_training(training_id)
    lesson = _chosen(training)
    filters = filters_in(request.args)
    return render_template(
        "attendance/staff/index.html",
        **common(training, lesson),
        totals=records.totals(lesson.id),
        page=records.list_rows(
            training, lesson, filters, with_phones=sees_phones(staff()), number=asked_number()
        ),
        enterprises=records.list_enterprises(training.id),
        form=Form(request.args),
        is_narrowed=any(
            request.args.get(name) for name in ("credit", "channel", "enterprise", "q")
        ),
        lessons=sorted(training.lessons, key=lambda one: (one.starts_at, one.id)),
        may_scan=staff().has(Role.ORGANISER, Role.TRAINER),
        channels=tables.CHANNELS,
        display=phones.display,
    )


@blueprint.get("/lessons/<lesson_id>/attendance/<attendee_id>")
@requires(*READERS)
def show(lesson_id: str, attendee_id: str) -> str:
    """Show what is known of one attendee in a lesson, and why it counts as it does."""
    return _person_page(*the_lesson(lesson_id), attendee_id)


@blueprint.post("/lessons/<lesson_id>/attendance/<attendee_id>/correct")
@requires(Role.ORGANISER)
def correct(lesson_id: str, attendee_id: str) -> Response | WerkzeugResponse:
    """Set what the lesson counts for an attendee."""
    training, lesson = the_lesson(lesson_id)
    value, form = read(CorrectionForm, request.form)
    if value is None:
        return make_response(_person_page(training, lesson, attendee_id, form=form), 422)
    who, now, uid = staff(), clock.now(), ids.new_uuid()
    try:
        unit_of_work(
            lambda: decisions.correct(
                lesson.id,
                attendee_id,
                value.credit,
                uid=uid,
                reason=value.reason,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except Conflict as error:
        form.add_general(error.text)
        page = _person_page(training, lesson, attendee_id, form=form)
        return make_response(page, error.status)
    flash(_("已更正出勤结果，原因已记录"), "success")
    return _back(lesson_id, attendee_id)


@blueprint.post("/lessons/<lesson_id>/attendance/<attendee_id>/undo")
@requires(Role.ORGANISER)
def undo(lesson_id: str, attendee_id: str) -> Response | WerkzeugResponse:
    """Take one fact of an attendee out of account."""
    training, lesson = the_lesson(lesson_id)
    value, form = read(UndoForm, request.form)
    if value is None:
        return make_response(_person_page(training, lesson, attendee_id, undo_form=form), 422)
    past_facts = history.list_history(lesson.id, attendee_id)
    if value.target not in {past.fact.uid for past in past_facts}:
        raise NotFound
    who, now, uid = staff(), clock.now(), ids.new_uuid()
    try:
        unit_of_work(
            lambda: decisions.undo(
                lesson.id,
                value.target,
                uid=uid,
                reason=value.reason,
                scanner=Scanner(desk_id=None, staff_id=who.staff_id),
                by=who.actor,
                now=now,
            )
        )
    except Conflict as error:
        form.add_general(error.text)
        page = _person_page(training, lesson, attendee_id, undo_form=form)
        return make_response(page, error.status)
    flash(_("已撤销该记录，原因已记录"), "success")
    return _back(lesson_id, attendee_id)


def _chosen(training: Training) -> Lesson:
    """Give the lesson in the address, else the one that is on, next, or was last."""
    lessons = sorted(training.lessons, key=lambda lesson: (lesson.starts_at, lesson.id))
    asked = request.args.get("lesson")
    if asked:
        lessons = [lesson for lesson in lessons if lesson.public_id == asked]
    if not lessons:
        raise NotFound
    now = clock.now()
    return next((lesson for lesson in lessons if lesson.ends_at >= now), lessons[-1])


def _person_page(
    training: Training,
    lesson: Lesson,
    attendee_id: str,
    *,
    form: Form | None = None,
    undo_form: Form | None = None,
) -> str:
    return render_template(
        "attendance/staff/show.html",
        **common(training, lesson),
        row=records.get_row(training, lesson, attendee_id, with_phones=sees_phones(staff())),
        history=history.list_history(lesson.id, attendee_id),
        form=form or Form(),
        undo_form=undo_form or Form(),
        display=phones.display,
        credits=[(credit.value, wording.CREDITS[credit]) for credit in Credit],
        channels=tables.CHANNELS,
        states=tables.STATES,
        source_names=tables.source_names,
    )


def _back(lesson_id: str, attendee_id: str) -> WerkzeugResponse:
    address = url_for("attendance_staff.show", lesson_id=lesson_id, attendee_id=attendee_id)
    return redirect(address, 303)
