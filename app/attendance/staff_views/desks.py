"""The desks of a lesson: invite phones, give new keys, close desks, take in what came too late."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands import invitations
from app.attendance.commands.desks import revoke_desk
from app.attendance.forms import DeskForm
from app.attendance.models import DeskInvitation
from app.attendance.queries import desks as queries
from app.attendance.queries import late_scans as late
from app.attendance.rules import desk_states
from app.attendance.rules.verdicts import Span
from app.attendance.staff_views.frame import blueprint, common, the_lesson
from app.kit import clock, qr_codes, tokens
from app.kit.database import unit_of_work
from app.kit.errors import Conflict
from app.kit.forms import Form, read
from app.kit.settings import absolute_url
from app.kit.texts import translate as _
from app.trainings.models import Lesson, Training

KEEPERS = (Role.ORGANISER, Role.TRAINER)
REMEMBERED = timedelta(minutes=20)  # how long the page tells what became of an invitation


@blueprint.get("/lessons/<lesson_id>/desks")
@requires(*KEEPERS)
def desks(lesson_id: str) -> str:
    """Show the desks of a lesson, the invitations that are open, and what waits for a decision."""
    return desks_page(*the_lesson(lesson_id))


@blueprint.post("/lessons/<lesson_id>/desks/invite")
@requires(*KEEPERS)
def invite_desk(lesson_id: str) -> Response | WerkzeugResponse:
    """Invite a phone to be a desk; the page then shows the code to scan."""
    training, lesson = the_lesson(lesson_id)
    value, form = read(DeskForm, request.form)
    if value is None:
        return make_response(desks_page(training, lesson, form=form), 422)
    who, now = staff(), clock.now()
    try:
        unit_of_work(
            lambda: invitations.invite(
                lesson_id,
                organisation_id=who.organisation_id,
                label=value.label,
                may_search=value.searches,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except Conflict as error:
        form.add_general(error.text)
        return make_response(desks_page(training, lesson, form=form), error.status)
    return _back(lesson_id)


@blueprint.post("/lessons/<lesson_id>/desks/<desk_id>/new-key")
@requires(*KEEPERS)
def roll_key(lesson_id: str, desk_id: str) -> Response | WerkzeugResponse:
    """Invite the phone of a desk to scan a new code, which makes its old key worthless."""
    training, lesson = the_lesson(lesson_id)
    who, now, form = staff(), clock.now(), Form()
    try:
        unit_of_work(
            lambda: invitations.invite_again(
                desk_id,
                lesson_id,
                organisation_id=who.organisation_id,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except Conflict as error:
        form.add_general(error.text)
        return make_response(desks_page(training, lesson, form=form), error.status)
    return _back(lesson_id)


@blueprint.post("/lessons/<lesson_id>/desks/<desk_id>/revoke")
@requires(*KEEPERS)
def revoke(lesson_id: str, desk_id: str) -> WerkzeugResponse:
    """Close a desk at once."""
    _training, lesson = the_lesson(lesson_id)
    who, now = staff(), clock.now()
    unit_of_work(
        lambda: revoke_desk(
            desk_id,
            organisation_id=who.organisation_id,
            lesson_id=lesson.id,
            by=who.actor,
            now=now,
        )
    )
    flash(_("已停用该签到台；它尚未上传的记录可以补传，由您核对"), "success")
    return _back(lesson_id)


def desks_page(
    training: Training, lesson: Lesson, *, form: Form | None = None, late_form: Form | None = None
) -> str:
    """Give the page of a lesson's desks, with what was typed and its faults."""
    now = clock.now()
    listed = queries.list_desks(lesson.id)
    invited = queries.list_invitations(
        lesson.id, staff_id=staff().staff_id, now=now, past=REMEMBERED
    )
    suggested = str(_("%(number)s号签到台", number=len(listed) + 1))
    return render_template(
        "attendance/staff/desks.html",
        **common(training, lesson),
        span=Span(starts_at=lesson.starts_at, ends_at=lesson.ends_at),
        desks=listed,
        invitations=[(one, _drawing(one)) for one in invited if one.used_at is None],
        used=[one for one in invited if one.used_at is not None],
        waiting=late.list_waiting(lesson),
        waiting_count=late.count_waiting(lesson.id),
        decided=late.list_decided(lesson),
        states=desk_states,
        may_decide=staff().has(Role.ORGANISER),
        form=form or Form({"label": suggested}),
        late_form=late_form or Form(),
        now=now,
    )


def _drawing(invitation: DeskInvitation) -> str:
    token = tokens.issue(tokens.Purpose.ENROL, invitation.token_id)
    return qr_codes.svg(
        f"{absolute_url('desk.join')}#{token}",
        title=_("签到台二维码：%(name)s", name=invitation.label),
    )


def _back(lesson_id: str) -> WerkzeugResponse:
    return redirect(url_for("attendance_staff.desks", lesson_id=lesson_id), 303)
