"""Works off ordered batches, and deletes archives that nobody needs any more."""

from __future__ import annotations

import logging

from app.kit import clock, logs
from app.kit.database import db, unit_of_work
from app.kit.errors import AppError
from app.kit.leases import LeaseLost, Unit
from app.proofs.commands import batches as commands
from app.proofs.exports import archives
from app.proofs.queries import batches, proofs
from app.proofs.rules.standing import ARCHIVE_KEPT, Claim
from app.trainings import queries as trainings

ISSUED_AT_ONCE = 250
PRINTED_AT_ONCE = 20
log = logging.getLogger(__name__)


def work_on_proof_batches(unit: Unit = unit_of_work) -> int:
    """Issue, print and pack every batch that waits or was abandoned; gives how many there were."""
    due = batches.list_due(now=clock.now())
    for batch_id in due:
        _work_on(batch_id, unit)
    return len(due)


def _work_on(batch_id: int, unit: Unit) -> None:
    claim = unit(lambda: commands.claim(batch_id, now=clock.now()))
    if claim is None:
        return
    try:
        if _issue(claim, unit):
            _print(claim, unit)
    except LeaseLost:
        raise
    except AppError as error:
        code = error.code
        unit(lambda: commands.fail(claim, code, now=clock.now()))
    except Exception as error:  # noqa: BLE001 - whatever it was, the batch says that it failed
        logs.failure(log, "proof batch failed", error)
        name = type(error).__name__
        unit(lambda: commands.fail(claim, name, now=clock.now()))


def _issue(claim: Claim, unit: Unit) -> bool:
    """Issue until nobody waits; False when the claim is void."""
    while True:
        count = unit(lambda: commands.issue_some(claim, limit=ISSUED_AT_ONCE, now=clock.now()))
        if not count:
            return count is not None


def _print(claim: Claim, unit: Unit) -> None:
    """Print what is live, a few at a time, and pack it; what lies there already stays."""
    work, ready = batches.work_of(claim.batch_id), 0
    training = trainings.get(*batches.training_of(claim.batch_id))
    live = proofs.list_live(training)
    db.session.close()  # no transaction stays open while files are made
    for start in range(0, len(live), PRINTED_AT_ONCE):
        for proof in live[start : start + PRINTED_AT_ONCE]:
            archives.print_into(work, proof)
            ready += 1
        if not _note(claim, ready, len(live), unit):
            archives.clear(work)
            return
    stored = archives.pack(work, live)
    is_done = unit(
        lambda: commands.finish(
            claim, stored_name=stored.name, size_bytes=stored.size_bytes, now=clock.now()
        )
    )
    if not is_done:
        archives.delete(stored.name)
    archives.clear(work)


def _note(claim: Claim, ready: int, total: int, unit: Unit) -> bool:
    return unit(lambda: commands.note_printed(claim, printed=ready, of=total, now=clock.now()))


def delete_old_proof_archives(unit: Unit = unit_of_work) -> int:
    """Delete archives after 30 days (they can be made again) and what dead workers left."""
    old = batches.list_with_old_archive(before=clock.now() - ARCHIVE_KEPT)
    for batch_id, stored_name in old:
        archives.delete(stored_name)
        unit(lambda key=batch_id: commands.forget_archive(key))  # type: ignore[misc]  # bound per turn
    for work in set(archives.list_works()) - batches.list_under_way():
        archives.clear(work)  # its batch failed, or was cancelled when nobody worked on it
    return len(old)
