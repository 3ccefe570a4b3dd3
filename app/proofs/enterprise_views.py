"""The proofs of all its people for an enterprise's contact, and as one document."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.kit import clock, downloads
from app.kit.limits import TICKET_PAGE, limiter
from app.proofs.errors import ProofNotFound
from app.proofs.exports import papers
from app.proofs.queries import proofs
from app.registrations.access import with_manage_grant
from app.registrations.models import Registration

blueprint = Blueprint("proofs_my", __name__, url_prefix="/my")
PDF = "application/pdf"


@blueprint.get("/registrations/<registration_id>/proofs")
@limiter.limit(TICKET_PAGE)
@with_manage_grant
def show(registration: Registration) -> str:
    """List the proofs of everybody in a registration, or say that there are none yet."""
    return render_template(
        "proofs/registration.html",
        registration=registration,
        training=registration.training,
        proofs=proofs.list_of_registration(registration.id),
    )


@blueprint.get("/registrations/<registration_id>/proofs.pdf")
@limiter.limit(TICKET_PAGE)
@with_manage_grant
def all_of_registration(registration: Registration) -> ResponseReturnValue:
    """Print the live proofs of everybody in a registration."""
    found = proofs.list_of_registration(registration.id)
    if not found:
        raise ProofNotFound
    data = papers.papers(found, title=registration.training.title, now=clock.now())
    return downloads.content(data, PDF, name="proofs.pdf", inline=True)
