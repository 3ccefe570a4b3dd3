"""One proof: what it says, revoking it, putting a corrected one in its place."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.kit import clock, forms
from app.kit.database import unit_of_work
from app.kit.errors import Conflict, Invalid
from app.kit.forms import Form
from app.kit.texts import translate as _
from app.proofs.commands import issuing
from app.proofs.forms import ReplaceForm, RevokeForm
from app.proofs.queries import proofs
from app.proofs.rules import content, standing
from app.proofs.staff_views.frame import READERS, blueprint, the_training


@blueprint.get("/proofs/<proof_number>")
@requires(*READERS)
def show(proof_number: str) -> ResponseReturnValue:
    """Show one proof as printed, and what can be done about it."""
    return _page(proof_number)


@blueprint.post("/proofs/<proof_number>/revoke")
@requires(Role.ORGANISER)
def revoke(proof_number: str) -> ResponseReturnValue:
    """Take a proof back for a reason."""
    proofs.get(staff().organisation_id, proof_number)
    value, form = forms.read(RevokeForm, request.form)
    if value is None:
        return _page(proof_number, form=form, status=Invalid.status)
    who, now = staff(), clock.now()
    try:
        unit_of_work(
            lambda: issuing.revoke(
                who.organisation_id,
                proof_number,
                reason=value.reason,
                note=value.remark,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except Conflict as refusal:
        form.add_general(refusal.text)
        return _page(proof_number, form=form, status=refusal.status)
    flash(_("证明已撤销，核验页面已显示撤销信息"), "success")
    return _go(proof_number)


@blueprint.post("/proofs/<proof_number>/replace")
@requires(Role.ORGANISER)
def replace(proof_number: str) -> ResponseReturnValue:
    """Issue a corrected proof under a new number."""
    proofs.get(staff().organisation_id, proof_number)
    value, form = forms.read(ReplaceForm, request.form)
    if value is None:
        return _page(proof_number, replace_form=form, status=Invalid.status)
    who, now = staff(), clock.now()
    try:
        new_number = unit_of_work(
            lambda: issuing.replace(
                who.organisation_id,
                proof_number,
                note=value.note,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except (Conflict, Invalid) as refusal:
        form.add_general(refusal.text)
        return _page(proof_number, replace_form=form, status=refusal.status)
    flash(_("已更换为新证明，原编号已撤销"), "success")
    return _go(new_number)


def _page(
    proof_number: str,
    *,
    form: Form | None = None,
    replace_form: Form | None = None,
    status: int = 200,
) -> Response:
    organisation_id = staff().organisation_id
    proof = proofs.get(organisation_id, proof_number)
    page = render_template(
        "proofs/staff/show.html",
        proof=proof,
        training=the_training(proofs.training_of(organisation_id, proof_number)),
        dates=content.printed_dates(proof.printed),
        form=form or Form(),
        replace_form=replace_form or Form(),
        choices=[(one.value, str(standing.REASONS[one])) for one in standing.CHOICES],
        reasons=standing.REASONS,
        may_write=staff().has(Role.ORGANISER),
    )
    return make_response(page, status)


def _go(proof_number: str) -> ResponseReturnValue:
    return redirect(url_for("proofs_staff.show", proof_number=proof_number), 303)
