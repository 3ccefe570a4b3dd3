"""Objections against records: the organisation's list, one with its evidence, the answer."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.accounts.access import in_menu, requires, staff
from app.accounts.models import Role
from app.attendance.commands import appeals as commands
from app.attendance.exports import files, tables
from app.attendance.forms.appeals import AcceptForm, DeclineAppealForm
from app.attendance.models import AppealState, Credit
from app.attendance.queries import appeals as queries
from app.attendance.queries import history, records
from app.attendance.rules import appeals as rules
from app.attendance.rules import wording
from app.attendance.staff_views.frame import blueprint, common, the_lesson
from app.kit import clock, uploads
from app.kit.database import unit_of_work
from app.kit.errors import Conflict
from app.kit.forms import Form, read
from app.kit.pages import asked_number
from app.kit.texts import lazy
from app.kit.texts import translate as _


@blueprint.get("/appeals")
@in_menu(lazy("出勤异议"), icon="message-2", position=30)
@requires(Role.ORGANISER, Role.SUPERVISOR)
def appeals() -> str:
    """List what people object to, the oldest open one first."""
    state = request.args.get("state", "")
    return render_template(
        "attendance/staff/appeals.html",
        page=queries.list_cases(
            staff().organisation_id,
            state=AppealState(state) if state in set(AppealState) else None,
            training=request.args.get("training", "")[:26],
            number=asked_number(),
        ),
        form=Form(request.args),
        is_narrowed=any(request.args.get(name) for name in ("state", "training")),
        rules=rules,
    )


@blueprint.get("/appeals/<appeal_id>")
@requires(Role.ORGANISER, Role.SUPERVISOR)
def show_appeal(appeal_id: str) -> str:
    """Show an objection with the record, its evidence and all facts behind it."""
    return _page(appeal_id)


@blueprint.get("/appeals/<appeal_id>/file")
@requires(Role.ORGANISER, Role.SUPERVISOR)
def staff_appeal_file(appeal_id: str) -> ResponseReturnValue:
    """Give what was sent along, never to be shown inside the site's pages."""
    appeal = queries.get_case(appeal_id, staff().organisation_id).appeal
    return send_file(
        files.open_evidence(appeal.file),
        mimetype=uploads.media_type(appeal.file),
        as_attachment=True,
        download_name=appeal.file_name,
    )


@blueprint.post("/appeals/<appeal_id>/accept")
@requires(Role.ORGANISER)
def accept_appeal(appeal_id: str) -> ResponseReturnValue:
    """Correct the record as asked for, with an answer."""
    who, now = staff(), clock.now()
    queries.get_case(appeal_id, who.organisation_id)
    value, form = read(AcceptForm, request.form)
    if value is None:
        return _page(appeal_id, accept_form=form), 422
    return _decide(
        appeal_id,
        form,
        lambda: commands.accept(
            appeal_id,
            value.credit,
            answer=value.answer,
            organisation_id=who.organisation_id,
            staff_id=who.staff_id,
            by=who.actor,
            now=now,
        ),
        accepts=True,
    )


@blueprint.post("/appeals/<appeal_id>/decline")
@requires(Role.ORGANISER)
def decline_appeal(appeal_id: str) -> ResponseReturnValue:
    """Leave the record as it is, with an answer."""
    who, now = staff(), clock.now()
    queries.get_case(appeal_id, who.organisation_id)
    value, form = read(DeclineAppealForm, request.form)
    if value is None:
        return _page(appeal_id, decline_form=form), 422
    return _decide(
        appeal_id,
        form,
        lambda: commands.decline(
            appeal_id,
            answer=value.answer,
            organisation_id=who.organisation_id,
            staff_id=who.staff_id,
            by=who.actor,
            now=now,
        ),
        accepts=False,
    )


def _decide(
    appeal_id: str, form: Form, decision: Callable[[], None], *, accepts: bool
) -> ResponseReturnValue:
    try:
        unit_of_work(decision)
    except Conflict as error:
        form.add_general(error.text)
        forms = {"accept_form": form} if accepts else {"decline_form": form}
        return _page(appeal_id, **forms), error.status
    flash(_("已采纳，出勤结果已更正") if accepts else _("已答复，出勤结果不变"), "success")
    return redirect(url_for("attendance_staff.show_appeal", appeal_id=appeal_id), 303)


def _page(
    appeal_id: str, *, accept_form: Form | None = None, decline_form: Form | None = None
) -> str:
    case = queries.get_case(appeal_id, staff().organisation_id)
    training, lesson = the_lesson(case.lesson)
    return render_template(
        "attendance/staff/appeal.html",
        **common(training, lesson),
        case=case,
        appeal=case.appeal,
        row=records.get_row(training, lesson, case.attendee, with_phones=False),
        history=history.list_history(lesson.id, case.attendee),
        accept_form=accept_form or Form({"credit": Credit.PRESENT.value}),
        decline_form=decline_form or Form(),
        credits=[(credit.value, wording.CREDITS[credit]) for credit in Credit],
        source_names=tables.source_names,
        may_answer=staff().has(Role.ORGANISER) and case.appeal.state is AppealState.OPEN,
        rules=rules,
    )
