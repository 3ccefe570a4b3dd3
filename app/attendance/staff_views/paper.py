"""The signed sheet of a lesson, typed in row by row."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands import paper as commands
from app.attendance.forms.paper import Sheet, shown
from app.attendance.queries import paper
from app.attendance.staff_views.frame import blueprint, common, the_lesson
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.errors import Conflict
from app.kit.forms import Form
from app.kit.pages import asked_number
from app.kit.settings import settings
from app.kit.texts import translate as _
from app.trainings.models import Lesson, Training


@blueprint.get("/lessons/<lesson_id>/paper")
@requires(Role.ORGANISER)
def paper_sheet(lesson_id: str) -> str:
    """Show the sheet as it was printed, with what was entered of it."""
    return _page(*the_lesson(lesson_id))


@blueprint.post("/lessons/<lesson_id>/paper")
@requires(Role.ORGANISER)
def enter_paper(lesson_id: str) -> ResponseReturnValue:
    """Save the rows that were changed."""
    training, lesson = the_lesson(lesson_id)
    form, first = Form(request.form), (asked_number() - 1) * paper.SIZE + 1
    entries = Sheet(form, lesson, _zone(), first=first).entries()
    if form.errors:
        return _page(training, lesson, form), 422
    who, now = staff(), clock.now()
    try:
        count = unit_of_work(
            lambda: commands.enter(lesson.id, entries, staff_id=who.staff_id, by=who.actor, now=now)
        )
    except Conflict as error:
        form.add_general(error.text)
        return _page(training, lesson, form), error.status
    flash(_("已保存，%(count)s人的纸质签到有变化", count=count), "success")
    page = asked_number() if asked_number() > 1 else None
    return redirect(url_for("attendance_staff.paper_sheet", lesson_id=lesson_id, page=page), 303)


def _page(training: Training, lesson: Lesson, form: Form | None = None) -> str:
    page = paper.list_sheet(lesson, asked_number())
    return render_template(
        "attendance/staff/paper.html",
        **common(training, lesson),
        page=page,
        form=form or shown(page.items, _zone()),
        entered=paper.entered(lesson.id),
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().default_timezone)
