"""The proofs of a training: who gets one, the batch that makes them, how far it is."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.kit import clock, downloads
from app.kit.database import unit_of_work
from app.kit.errors import AppError, Conflict, Invalid
from app.kit.pages import asked_number
from app.proofs.commands import batches as commands
from app.proofs.commands import issuing
from app.proofs.errors import NotOverYet
from app.proofs.exports import archives
from app.proofs.models import ProofBatch
from app.proofs.queries import batches, candidates, proofs
from app.proofs.rules import standing
from app.proofs.staff_views.frame import READERS, ZIP, blueprint, the_training
from app.trainings.models import Training, TrainingState

LONGEST = 60


@blueprint.get("/trainings/<training_id>/proofs")
@requires(*READERS)
def index(training_id: str) -> ResponseReturnValue:
    """List a training's proofs, and what issuing now would do."""
    return _page(the_training(training_id))


@blueprint.post("/trainings/<training_id>/proofs/issue")
@requires(Role.ORGANISER)
def issue(training_id: str) -> ResponseReturnValue:
    """Order proofs for all who passed and have none."""
    return _order(training_id, is_issuing=True)


@blueprint.post("/trainings/<training_id>/proofs/pack")
@requires(Role.ORGANISER)
def pack(training_id: str) -> ResponseReturnValue:
    """Order the archive of all live proofs."""
    return _order(training_id, is_issuing=False)


@blueprint.get("/proofs/batches/<batch_id>")
@requires(*READERS)
def progress(batch_id: str) -> ResponseReturnValue:
    """Show how far a batch is; the page renews its figures, and itself when the batch ends."""
    batch, training = _the_batch(batch_id)
    if "HX-Request" in request.headers and batch.state not in standing.UNDER_WAY:
        return Response(headers={"HX-Refresh": "true"})
    return render_template(
        "proofs/staff/progress.html",
        training=training,
        batch=batch,
        state=standing.STATES[batch.state],
        is_under_way=batch.state in standing.UNDER_WAY,
        has_archive=_has_archive(batch),
        kept_days=standing.ARCHIVE_KEPT.days,
        may_write=staff().has(Role.ORGANISER),
    )


@blueprint.post("/proofs/batches/<batch_id>/cancel")
@requires(Role.ORGANISER)
def cancel(batch_id: str) -> ResponseReturnValue:
    """Stop a batch; what it issued stays issued."""
    who, now = staff(), clock.now()
    unit_of_work(lambda: commands.cancel(who.organisation_id, batch_id, by=who.actor, now=now))
    return _go(batch_id)


@blueprint.get("/proofs/batches/<batch_id>/proofs.zip")
@requires(*READERS)
def archive(batch_id: str) -> ResponseReturnValue:
    """Give the archive of a finished batch; one that is deleted leads back to its page."""
    batch, training = _the_batch(batch_id)
    if not _has_archive(batch):
        return _go(batch_id)
    who, now, count, stored_name = staff(), clock.now(), batch.printed, batch.stored_name
    unit_of_work(lambda: issuing.note_taken(training, count, "zip", by=who.actor, now=now))
    opened = archives.open_archive(stored_name)
    return downloads.file(opened, ZIP, name=f"proofs-{training.public_id}.zip")


def _the_batch(batch_id: str) -> tuple[ProofBatch, Training]:
    batch = batches.get(staff().organisation_id, batch_id)
    training_id, _organisation_id = batches.training_of(batch.id)
    return batch, the_training(training_id)


def _order(training_id: str, *, is_issuing: bool) -> ResponseReturnValue:
    who, now = staff(), clock.now()
    try:
        batch_id = unit_of_work(
            lambda: (
                commands.order(
                    training_id,
                    who.organisation_id,
                    is_issuing=is_issuing,
                    staff_id=who.staff_id,
                    by=who.actor,
                    now=now,
                ).public_id
            )
        )
    except (Conflict, Invalid) as refusal:
        return _page(the_training(training_id), refused=refusal)
    return _go(batch_id)


def _page(training: Training, refused: AppError | None = None) -> Response:
    now, text = clock.now(), request.args.get("q", "").strip()[:LONGEST]
    page = render_template(
        "proofs/staff/index.html",
        training=training,
        prospect=candidates.prospect(training),
        is_over=_is_over(training),
        is_locked=training.state is not TrainingState.HELD,
        page=proofs.list_page(training, number=asked_number(), text=text),
        text=text,
        registrations=proofs.list_registrations(training),
        batch=batches.find_latest(training),
        standing=standing,
        may_write=staff().has(Role.ORGANISER),
        refused=refused,
        now=now,
    )
    return make_response(page, refused.status if refused else 200)


def _is_over(training: Training) -> bool:
    try:
        standing.ensure_may_issue(training.state, training.ends_at, clock.now())
    except NotOverYet:
        return False
    return True


def _has_archive(batch: ProofBatch) -> bool:
    return bool(batch.stored_name) and archives.is_there(batch.stored_name)


def _go(batch_id: str) -> ResponseReturnValue:
    return redirect(url_for("proofs_staff.progress", batch_id=batch_id), 303)
