"""What must hold of proofs in a live database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from app.kit.database import db
from app.kit.invariants import Violation
from app.proofs.models import BatchState, Proof, ProofBatch, RevokeReason
from app.proofs.rules import content, numbers
from app.registrations.models import Attendee

CHUNK = 500


def one_live_proof_each(_now: datetime) -> Iterator[Violation]:
    """Find people who hold two live proofs of one training."""
    repeated = (
        select(Proof.attendee_id, func.count())
        .where(Proof.revoked_at.is_(None))
        .group_by(Proof.training_id, Proof.attendee_id)
        .having(func.count() > 1)
    )
    for attendee, count in db.session.execute(repeated):
        yield Violation(rule="proofs.once", row=f"attendee {attendee}", detail=f"{count} live")


def printed_as_hashed(_now: datetime) -> Iterator[Violation]:
    """Find proofs that say other things than what was hashed, or whose number fails its check."""
    rows = db.session.execute(
        select(Proof.number, Proof.printed, Proof.content_sha256).execution_options(yield_per=CHUNK)
    )
    for row in rows:
        if content.sha256(row.printed) != row.content_sha256:
            yield Violation(rule="proofs.hash", row=f"proof {row.number}", detail="other content")
        if numbers.canonical(row.number) != row.number:
            yield Violation(rule="proofs.number", row=f"proof {row.number}", detail="check fails")


def same_training_and_organisation(_now: datetime) -> Iterator[Violation]:
    """Find proofs of another training or organisation than their attendee's."""
    torn = (
        select(Proof.number)
        .join(Attendee, Attendee.id == Proof.attendee_id)
        .where(
            or_(
                Proof.training_id != Attendee.training_id,
                Proof.organisation_id != Attendee.organisation_id,
            )
        )
    )
    for number in db.session.scalars(torn):
        yield Violation(rule="proofs.parent", row=f"proof {number}", detail="other training")


def replaced_by_one(_now: datetime) -> Iterator[Violation]:
    """Find proofs revoked as replaced that none of that attendee replaces, and the reverse."""
    after = aliased(Proof)
    says_so = Proof.revoke_reason == RevokeReason.REPLACED
    torn = (
        select(Proof.number)
        .outerjoin(after, after.replaces_id == Proof.id)
        .where(
            or_(
                and_(after.id.is_(None), says_so),
                and_(after.id.is_not(None), or_(Proof.revoke_reason.is_(None), ~says_so)),
                after.attendee_id != Proof.attendee_id,
            )
        )
    )
    for number in db.session.scalars(torn):
        yield Violation(rule="proofs.replaced", row=f"proof {number}", detail="torn replacement")


def batches_add_up(_now: datetime) -> Iterator[Violation]:
    """Find batches that count other proofs than they issued, or have an archive too early."""
    issued = (
        select(func.count(Proof.id))
        .where(Proof.batch_id == ProofBatch.id)
        .correlate(ProofBatch)
        .scalar_subquery()
    )
    torn = select(ProofBatch.public_id).where(
        or_(
            ProofBatch.issued != issued,
            and_(ProofBatch.stored_name != "", ProofBatch.state != BatchState.DONE),
        )
    )
    for public_id in db.session.scalars(torn):
        yield Violation(rule="proofs.batch", row=f"batch {public_id}", detail="does not add up")


CHECKS = (
    one_live_proof_each,
    printed_as_hashed,
    same_training_and_organisation,
    replaced_by_one,
    batches_add_up,
)
