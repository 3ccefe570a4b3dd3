"""The texts on an organisation's proofs: change, look at a sample, former versions."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.kit import clock, downloads, forms
from app.kit.database import unit_of_work
from app.kit.errors import Invalid
from app.kit.forms import Form
from app.kit.texts import translate as _
from app.proofs.commands import templates as commands
from app.proofs.errors import WordingRefused
from app.proofs.exports import papers
from app.proofs.forms import TemplateForm, typed
from app.proofs.queries import templates
from app.proofs.rules.wording import FORBIDDEN, PLACEHOLDERS, Wording
from app.proofs.staff_views.frame import PDF, READERS, blueprint


@blueprint.get("/proofs/template")
@requires(*READERS)
def template() -> ResponseReturnValue:
    """Show the texts that hold, ready to be changed."""
    return _page(Form(typed(templates.in_force(staff().organisation_id).wording)))


@blueprint.post("/proofs/template")
@requires(Role.ORGANISER)
def change_template() -> ResponseReturnValue:
    """Store the texts as a new version; proofs issued before keep theirs."""
    texts, form = _read()
    if texts is None:
        return _page(form, status=Invalid.status)
    who, now = staff(), clock.now()
    number = unit_of_work(
        lambda: commands.change(
            who.organisation_id, texts, staff_id=who.staff_id, by=who.actor, now=now
        )
    )
    flash(_("文字已保存为第%(number)s版，之后发放的证明使用新文字", number=number), "success")
    return redirect(url_for("proofs_staff.template"), 303)


@blueprint.post("/proofs/template/sample.pdf")
@requires(Role.ORGANISER)
def sample_template() -> ResponseReturnValue:
    """Print a sample with the texts as typed, without storing them."""
    texts, form = _read()
    if texts is None:
        return _page(form, status=Invalid.status)
    issuer, issuer_en = templates.get_issuer(staff().organisation_id)
    data = papers.sample(texts, issuer=issuer, issuer_en=issuer_en, now=clock.now())
    return downloads.content(data, PDF, name="sample.pdf", inline=True)


def _read() -> tuple[Wording | None, Form]:
    """Read the texts and look for every fault, forbidden words too."""
    value, form = forms.read(TemplateForm, request.form)
    if value is None:
        return None, form
    try:
        commands.ensure_allowed(staff().organisation_id, value.value)
    except WordingRefused as refusal:
        form.add(refusal.faults)
        return None, form
    return value.value, form


def _page(form: Form, *, status: int = 200) -> Response:
    organisation_id = staff().organisation_id
    page = render_template(
        "proofs/staff/template.html",
        form=form,
        number=templates.in_force(organisation_id).number,
        versions=templates.list_versions(organisation_id),
        allowed=templates.list_allowed(organisation_id),
        placeholders=PLACEHOLDERS,
        forbidden=FORBIDDEN,
        may_write=staff().has(Role.ORGANISER),
    )
    return make_response(page, status)
