"""Objections of attendees (by their ticket) and of enterprises (by their registration)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.attendance.commands import appeals as commands
from app.attendance.commands.appeals import Objection
from app.attendance.exports.files import open_evidence, root, store_evidence
from app.attendance.forms.appeals import TEXT_MAXIMUM, AppealForm
from app.attendance.models import Appeal, AppealedBy, AppealState
from app.attendance.public_views.frame import blueprint
from app.attendance.queries import appeals as queries
from app.attendance.queries.policies import get_in_force
from app.attendance.rules import appeals as rules
from app.attendance.rules import wording
from app.audit.rules import Actor
from app.kit import clock, uploads
from app.kit.database import unit_of_work
from app.kit.errors import AppError, Conflict, Invalid, NotFound
from app.kit.forms import Form, read
from app.kit.limits import SIGN_UP, TICKET_PAGE, limiter
from app.kit.texts import translate as _
from app.registrations.access import contact_actor, with_manage_grant, with_ticket
from app.registrations.models import Registration, Ticket
from app.registrations.notices import ticket_code
from app.trainings.models import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Who objects, about whom, and where their pages are."""

    training: Training
    attendee_ids: Sequence[int]
    raised_by: AppealedBy
    actor: Actor
    address: str  # of their page
    back: str
    back_label: str


def _of_ticket(ticket: Ticket) -> Side:
    attendee, code = ticket.attendee, ticket_code(ticket)
    return Side(
        training=attendee.registration.training,
        attendee_ids=[attendee.id],
        raised_by=AppealedBy.ATTENDEE,
        actor=Actor(kind="attendee", id=attendee.public_id, organisation_id=None),
        address=url_for("attendance.appeal", code=code),
        back=url_for("registrations.ticket", code=code),
        back_label=_("返回参训码"),
    )


def _of_registration(registration: Registration) -> Side:
    here = registration.public_id
    return Side(
        training=registration.training,
        attendee_ids=[attendee.id for attendee in registration.attendees],
        raised_by=AppealedBy.CONTACT,
        actor=contact_actor(registration),
        address=url_for("attendance.enterprise_appeals", registration_id=here),
        back=url_for("registrations_my.show", registration_id=here),
        back_label=_("返回报名"),
    )


@blueprint.get("/t/<code>/appeal")
@with_ticket
@limiter.limit(TICKET_PAGE)
def appeal(ticket: Ticket) -> ResponseReturnValue:
    """Show an attendee what was recorded, and take an objection."""
    return _page(_of_ticket(ticket), Form())


@blueprint.post("/t/<code>/appeal")
@limiter.limit(SIGN_UP)
@with_ticket
def raise_appeal(ticket: Ticket) -> ResponseReturnValue:
    """Take an attendee's objection."""
    return _raise(_of_ticket(ticket))


@blueprint.post("/t/<code>/appeal/<appeal_id>/withdraw")
@limiter.limit(SIGN_UP)
@with_ticket
def withdraw_appeal(ticket: Ticket, appeal_id: str) -> ResponseReturnValue:
    """Let an attendee take an objection back."""
    return _withdraw(_of_ticket(ticket), appeal_id)


@blueprint.get("/t/<code>/appeal/<appeal_id>/file")
@with_ticket
@limiter.limit(TICKET_PAGE)
def appeal_file(ticket: Ticket, appeal_id: str) -> ResponseReturnValue:
    """Give an attendee the file that was sent along."""
    return _file(queries.get_own(appeal_id, [ticket.attendee.id]).appeal)


@blueprint.get("/my/registrations/<registration_id>/appeals")
@with_manage_grant
def enterprise_appeals(registration: Registration) -> ResponseReturnValue:
    """Show an enterprise what was recorded of its people, and take an objection."""
    return _page(_of_registration(registration), Form())


@blueprint.post("/my/registrations/<registration_id>/appeals")
@limiter.limit(SIGN_UP)
@with_manage_grant
def raise_enterprise_appeal(registration: Registration) -> ResponseReturnValue:
    """Take an enterprise's objection."""
    return _raise(_of_registration(registration))


@blueprint.post("/my/registrations/<registration_id>/appeals/<appeal_id>/withdraw")
@limiter.limit(SIGN_UP)
@with_manage_grant
def withdraw_enterprise_appeal(registration: Registration, appeal_id: str) -> ResponseReturnValue:
    """Let an enterprise take an objection back."""
    return _withdraw(_of_registration(registration), appeal_id)


@blueprint.get("/my/registrations/<registration_id>/appeals/<appeal_id>/file")
@with_manage_grant
def enterprise_appeal_file(registration: Registration, appeal_id: str) -> ResponseReturnValue:
    """Give an enterprise the file that was sent along."""
    people = [attendee.id for attendee in registration.attendees]
    return _file(queries.get_own(appeal_id, people).appeal)


def _raise(side: Side) -> ResponseReturnValue:
    value, form = read(AppealForm, request.form)
    attendee, _dot, lesson = (value.record if value else "").partition(".")
    stored, name = _stored(form) if value is not None else (None, "")
    if value is None or form.errors:
        return _page(side, form), 422
    objection = Objection(
        attendee=attendee,
        lesson=lesson,
        text=value.text,
        raised_by=side.raised_by,
        file=stored.name if stored else "",
        file_name=name,
    )
    now = clock.now()
    try:
        unit_of_work(
            lambda: commands.raise_appeal(objection, side.attendee_ids, by=side.actor, now=now)
        )
    except AppError as error:
        if stored is not None:
            uploads.delete(stored.name, root=root())
        if not isinstance(error, (Conflict, NotFound)):
            raise
        if isinstance(error, NotFound):
            form.errors["record"] = [_("请从给出的选项中选择")]
        else:
            form.add_general(error.text)
        return _page(side, form), 422 if isinstance(error, NotFound) else error.status
    flash(_("异议已提交，主办单位答复后会通知您"), "success")
    return redirect(side.address, 303)


def _stored(form: Form) -> tuple[uploads.Stored | None, str]:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return None, ""
    try:
        return store_evidence(cast("BinaryIO", upload.stream), upload.filename)
    except Invalid as error:
        form.errors["file"] = [str(error.text)]
        return None, ""
    finally:
        upload.close()


def _withdraw(side: Side, appeal_id: str) -> ResponseReturnValue:
    now = clock.now()
    unit_of_work(lambda: commands.withdraw(appeal_id, side.attendee_ids, by=side.actor, now=now))
    flash(_("异议已撤回"), "success")
    return redirect(side.address, 303)


def _file(appeal: Appeal) -> ResponseReturnValue:
    response = send_file(
        open_evidence(appeal.file),
        mimetype=uploads.media_type(appeal.file),
        as_attachment=True,
        download_name=appeal.file_name,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(side: Side, form: Form) -> str:
    now = clock.now()
    days = get_in_force(side.training.id).policy.appeal_days
    records = queries.list_contestable(side.training, side.attendee_ids, days=days)
    cases = queries.list_own(side.attendee_ids)
    waiting = {
        (case.attendee, case.lesson) for case in cases if case.appeal.state is AppealState.OPEN
    }
    return render_template(
        "attendance/appeal.html",
        side=side,
        training=side.training,
        records=records,
        contestable=[
            one
            for one in records
            if one.window.is_open(now) and (one.attendee, one.lesson) not in waiting
        ],
        cases=cases,
        days=days,
        form=form,
        text_maximum=TEXT_MAXIMUM,
        rules=rules,
        wording=wording,
        now=now,
    )
