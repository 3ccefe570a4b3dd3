"""Orders batches, lends them to a worker, and notes how far it came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, update
from sqlalchemy.exc import IntegrityError

from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db, violates
from app.proofs.commands.issuing import Issuer, issue_next
from app.proofs.errors import BatchOver, BatchRunning, NobodyToProve
from app.proofs.models import BatchState, ProofBatch
from app.proofs.queries import batches, candidates, proofs
from app.proofs.rules.standing import LEASE, UNDER_WAY, Claim, ensure_may_issue
from app.trainings import queries as trainings


def order(
    training_id: str,
    organisation_id: int,
    *,
    is_issuing: bool,
    staff_id: int | None,
    by: Actor,
    now: datetime,
) -> ProofBatch:
    """Order the proofs of all who passed, or (not `is_issuing`) only the archive of those there.

    Raises NotFound, NotOverYet, NobodyToProve, BatchRunning.
    """
    training = trainings.get(training_id, organisation_id, lock=True)
    ensure_may_issue(training.state, training.ends_at, now)
    new = len(candidates.prospect(training).gets) if is_issuing else 0
    total = new if is_issuing else proofs.count_live(training)
    if total == 0:
        raise NobodyToProve
    batch = ProofBatch(
        organisation_id=organisation_id,
        training_id=training.id,
        staff_id=staff_id,
        is_issuing=is_issuing,
        state=BatchState.WAITING,
        total=total,
        created_at=now,
    )
    db.session.add(batch)
    try:
        db.session.flush()
    except IntegrityError as error:
        if violates(error, "ix_proof_batch_training_id"):
            raise BatchRunning from error
        raise
    action = "proofs.issued" if is_issuing else "proofs.exported"
    _remember(action, batch, training_id, by=by, now=now, rows=total)
    return batch


def cancel(organisation_id: int, batch_id: str, *, by: Actor, now: datetime) -> None:
    """Stop a batch; what it issued stays issued. Raises NotFound, BatchOver."""
    batch = batches.get(organisation_id, batch_id)
    training_id, _organisation_id = batches.training_of(batch.id)
    stopped = _set(
        (ProofBatch.id == batch.id, ProofBatch.state.in_(UNDER_WAY)),
        state=BatchState.CANCELLED,
        fence=ProofBatch.fence + 1,  # whoever works on it has lost it
        leased_until=None,
        finished_at=now,
    )
    if not stopped:
        raise BatchOver
    _remember("proofs.batch_cancelled", batch, training_id, by=by, now=now, rows=batch.issued)


def claim(batch_id: int, *, now: datetime) -> Claim | None:
    """Lend a batch to this worker for a minute; None when another one has it or it ended."""
    abandoned = and_(ProofBatch.state == BatchState.WORKING, ProofBatch.leased_until <= now)
    fence = db.session.execute(
        update(ProofBatch)
        .where(ProofBatch.id == batch_id, or_(ProofBatch.state == BatchState.WAITING, abandoned))
        .values(state=BatchState.WORKING, leased_until=now + LEASE, fence=ProofBatch.fence + 1)
        .returning(ProofBatch.fence)
        .execution_options(synchronize_session=False)
    ).scalar()
    return None if fence is None else Claim(batch_id=batch_id, fence=fence)


def issue_some(held: Claim, *, limit: int, now: datetime) -> int | None:
    """Issue the next proofs of a claimed batch; None when the claim is void, 0 when all are.

    Counting first locks the batch's row: a worker that lost its claim issues nothing.
    """
    if not _still(held, leased_until=now + LEASE):
        return None
    batch = db.session.get_one(ProofBatch, held.batch_id, populate_existing=True)
    if not batch.is_issuing:
        return 0
    training_id, organisation_id = batches.training_of(batch.id)
    issuer = Issuer(staff_id=batch.staff_id, batch_id=batch.id)
    count = issue_next(training_id, organisation_id, limit=limit, issuer=issuer, now=now)
    batch.issued += count
    return count


def note_printed(held: Claim, *, printed: int, of: int, now: datetime) -> bool:
    """Note how many PDFs there are; False when the claim is void."""
    return _still(held, printed=printed, total=of, leased_until=now + LEASE)


def finish(held: Claim, *, stored_name: str, size_bytes: int, now: datetime) -> bool:
    """Note that a batch is done and where its archive lies; False when the claim is void."""
    return _still(
        held,
        state=BatchState.DONE,
        stored_name=stored_name,
        size_bytes=size_bytes,
        leased_until=None,
        finished_at=now,
    )


def fail(held: Claim, reason: str, *, now: datetime) -> bool:
    """Note that a batch cannot go on, and why (a name, no data); False when the claim is void."""
    return _still(
        held, state=BatchState.FAILED, last_error=reason, leased_until=None, finished_at=now
    )


def forget_archive(batch_id: int) -> None:
    """Note that a batch has no archive any more."""
    _set((ProofBatch.id == batch_id,), stored_name="", size_bytes=0)


def _still(held: Claim, **values: Any) -> bool:
    mine = (
        ProofBatch.id == held.batch_id,
        ProofBatch.fence == held.fence,
        ProofBatch.state == BatchState.WORKING,
    )
    return _set(mine, **values)


def _set(conditions: tuple[Any, ...], **values: Any) -> bool:
    changed = db.session.execute(
        update(ProofBatch)
        .where(*conditions)
        .values(**values)
        .returning(ProofBatch.id)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar() is not None


def _remember(
    action: str, batch: ProofBatch, training_id: str, *, by: Actor, now: datetime, rows: int
) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="training",
        subject_id=training_id,
        organisation_id=batch.organisation_id,
        rows=rows,
    )
