"""How a device becomes a desk of a lesson: by an invitation, never by merely looking."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands.invitations import invite
from app.attendance.desk_views.frame import blueprint, span_of, the_lesson, title_of
from app.attendance.errors import DeskClosed
from app.attendance.forms import DeskForm
from app.attendance.queries import desks
from app.kit import clock, tokens
from app.kit.database import unit_of_work
from app.kit.forms import Form, read
from app.kit.guards import public
from app.kit.texts import translate as _
from app.trainings.models import Lesson, Training


@blueprint.get("/join")
@public
def join() -> str:
    """Give the page that takes an invitation out of its own address and becomes a desk."""
    return render_template("attendance/join.html")


@blueprint.get("/<lesson_id>/open")
@requires(Role.ORGANISER, Role.TRAINER)
def opening(lesson_id: str) -> Response:
    """Show the form by which this device becomes a desk."""
    lesson, training = the_lesson(lesson_id)
    return _opening_page(lesson, training, Form({"label": _suggestion(lesson)}))


@blueprint.post("/<lesson_id>/open")
@requires(Role.ORGANISER, Role.TRAINER)
def open_desk(lesson_id: str) -> Response | WerkzeugResponse:
    """Invite this device; the invitation stands behind the #, which no server is told."""
    lesson, training = the_lesson(lesson_id)
    value, form = read(DeskForm, request.form)
    if value is None:
        return _opening_page(lesson, training, form, status=422)
    who, now = staff(), clock.now()
    try:
        invitation = unit_of_work(
            lambda: invite(
                lesson_id,
                organisation_id=who.organisation_id,
                label=value.label,
                may_search=value.searches,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except DeskClosed as error:
        form.add_general(error.text)
        return _opening_page(lesson, training, form, status=error.status)
    token = tokens.issue(tokens.Purpose.ENROL, invitation.token_id)
    return redirect(url_for("desk.join", _anchor=token), 303)


def _opening_page(lesson: Lesson, training: Training, form: Form, status: int = 200) -> Response:
    page = render_template(
        "attendance/open_desk.html",
        training=training,
        training_title=title_of(training),
        lesson=lesson,
        span=span_of(lesson),
        form=form,
    )
    return make_response(page, status)


def _suggestion(lesson: Lesson) -> str:
    return str(_("%(number)s号签到台", number=len(desks.list_desks(lesson.id)) + 1))
