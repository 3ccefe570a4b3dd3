"""What the trainings show on the dashboard: the next lessons, and records still to be closed."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, render_template, url_for

from app.accounts.access import Panel
from app.accounts.models import Role
from app.accounts.rules import Identity
from app.trainings import queries, rules
from app.trainings.staff_views.frame import READERS

_NEXT = 6
_DESKS = "attendance_staff.desks"  # a page of a room above, known by its name alone


def _next_lessons(who: Identity, now: datetime) -> str:
    taught_by = None if who.has(Role.ORGANISER, Role.SUPERVISOR) else who.staff_id
    lessons = queries.list_taught_lessons(
        who.organisation_id, since=now, count=_NEXT, taught_by=taught_by
    )
    has_desks = _DESKS in current_app.view_functions and who.has(Role.ORGANISER, Role.TRAINER)
    return render_template(
        "trainings/staff/next_lessons.html",
        lessons=[
            (one, url_for(_DESKS, lesson_id=one.public_id) if has_desks else "") for one in lessons
        ],
        may_write=who.has(Role.ORGANISER),
    )


def _to_close(who: Identity, now: datetime) -> str:
    page = queries.list_mine(
        who.organisation_id,
        queries.TrainingFilter(state=rules.TrainingState.HELD),
        now=now,
        number=1,
        size=_NEXT,
    )
    if not page.items:
        return ""
    return render_template("trainings/staff/to_close.html", page=page)


dashboard_panels = (
    Panel(position=10, roles=READERS, render=_next_lessons),
    Panel(position=30, roles=(Role.ORGANISER,), render=_to_close),
)
