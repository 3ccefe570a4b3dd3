"""Proofs as PDF for staff: one of them, or those of one registration."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.accounts.access import requires, staff
from app.kit import clock, downloads
from app.kit.database import unit_of_work
from app.proofs.commands import issuing
from app.proofs.errors import ProofNotFound, ProofRevoked
from app.proofs.exports import papers
from app.proofs.queries import proofs
from app.proofs.staff_views.frame import PDF, READERS, blueprint, the_training


@blueprint.get("/proofs/<proof_number>.pdf")
@requires(*READERS)
def one_pdf(proof_number: str) -> ResponseReturnValue:
    """Print one live proof."""
    proof = proofs.get(staff().organisation_id, proof_number)
    if not proof.is_live:
        raise ProofRevoked
    data = papers.paper(proof)
    return downloads.content(data, PDF, name=f"{proof.number}.pdf", inline=True)


@blueprint.get("/trainings/<training_id>/proofs/of/<registration_id>.pdf")
@requires(*READERS)
def enterprise_pdf(training_id: str, registration_id: str) -> ResponseReturnValue:
    """Print the live proofs of one enterprise's people; remembered in the audit log."""
    training = the_training(training_id)
    found = proofs.list_live(training, registration=registration_id)
    if not found:
        raise ProofNotFound
    who, now, count = staff(), clock.now(), len(found)
    unit_of_work(lambda: issuing.note_taken(training, count, "pdf", by=who.actor, now=now))
    data = papers.papers(found, title=training.title, now=now)
    return downloads.content(data, PDF, name="proofs.pdf", inline=True)
