"""How a device becomes a desk of a lesson: opened by a button, never by merely looking."""

from __future__ import annotations

from typing import Annotated

from flask import Response, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from pydantic import StringConstraints
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands.desks import enrol_desk, revoke_desk
from app.attendance.desk_views.frame import OPENED, blueprint, span_of, the_lesson, title_of
from app.attendance.errors import DeskClosed
from app.attendance.queries import desks
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.forms import Form, Input, read
from app.kit.texts import translate as _
from app.trainings.models import Lesson, Training

MOST_OPENED = 5


class DeskForm(Input):
    """The name of a desk."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=60)]


@blueprint.post("/<lesson_id>")
@requires(Role.ORGANISER, Role.TRAINER)
def open_desk(lesson_id: str) -> Response | WerkzeugResponse:
    """Open a desk on this device."""
    lesson, training = the_lesson(lesson_id)
    value, form = read(DeskForm, request.form)
    if value is None:
        return opening_page(lesson, training, form, status=422)
    who, now = staff(), clock.now()
    try:
        desk = unit_of_work(
            lambda: enrol_desk(
                lesson_id,
                organisation_id=who.organisation_id,
                label=value.label,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except DeskClosed as error:
        form.add_general(error.text)
        return opening_page(lesson, training, form, status=error.status)
    opened = {**cookie.get(OPENED, {}), lesson_id: desk.public_id}
    cookie[OPENED] = dict(list(opened.items())[-MOST_OPENED:])
    return redirect(url_for("desk.show", lesson_id=lesson_id), 303)


@blueprint.post("/<lesson_id>/close")
@requires(Role.ORGANISER, Role.TRAINER)
def close(lesson_id: str) -> WerkzeugResponse:
    """Close a desk: the named one, else the one of this browser."""
    lesson, _training = the_lesson(lesson_id)
    who, now = staff(), clock.now()
    here = cookie.get(OPENED, {}).get(lesson_id, "")
    asked = request.form.get("desk") or here
    if asked in {desk.public_id for desk in desks.list_desks(lesson.id)}:
        unit_of_work(
            lambda: revoke_desk(asked, organisation_id=who.organisation_id, by=who.actor, now=now)
        )
    if asked == here:
        cookie[OPENED] = {k: v for k, v in cookie.get(OPENED, {}).items() if k != lesson_id}
    return redirect(url_for("desk.show", lesson_id=lesson_id), 303)


def opening_page(lesson: Lesson, training: Training, form: Form, status: int = 200) -> Response:
    """Give the page that opens a desk, with what was typed and its faults."""
    page = render_template(
        "attendance/open_desk.html",
        training=training,
        training_title=title_of(training),
        lesson=lesson,
        span=span_of(lesson),
        desks=desks.list_desks(lesson.id),
        form=form,
        now=clock.now(),
    )
    return make_response(page, status)


def suggestion(lesson: Lesson) -> str:
    """Give a name that the next desk may bear."""
    return str(_("%(number)s号签到台", number=len(desks.list_desks(lesson.id)) + 1))
