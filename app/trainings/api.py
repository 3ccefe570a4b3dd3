"""Trainings and programme figures for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, request

from app.accounts.access import api_scope, caller, find_caller
from app.accounts.rules import Identity, Scope
from app.kit import api, clock, guards
from app.kit.errors import PreconditionFailed, PreconditionMissing
from app.trainings import commands, forms, queries, rules, schemas
from app.trainings.errors import AlreadyChanged
from app.trainings.models import Training

blueprint = Blueprint("trainings_api", __name__, url_prefix="/api/v1")


@blueprint.get("/trainings")
@guards.public
@api.documented(answers=schemas.TrainingList, query=forms.ListQuery, tag="trainings")
def list_trainings(query: forms.ListQuery) -> Response:
    """List announced trainings by date."""
    now = clock.now()
    page = queries.list_public(
        forms.narrowed(query, forms.zone()), now=now, number=query.page, size=query.page_size
    )
    return api.answer(schemas.training_list(page, now))


@blueprint.get("/trainings/<training_id>")
@guards.public
@api.documented(answers=schemas.TrainingDetail, tag="trainings", secured=True)
def show_training(training_id: str) -> Response:
    """Show a training; with a token of its organisation drafts too."""
    now, who = clock.now(), find_caller()
    if who is not None and Scope.TRAININGS_WRITE in who.scopes:
        training = _own_or_public(training_id, who)
    else:
        training = queries.get_public(training_id)
    return _with_tag(api.answer(schemas.training_detail(training, now)), training.revision)


@blueprint.post("/trainings")
@api_scope(Scope.TRAININGS_WRITE)
@api.documented(
    answers=schemas.TrainingDetail, status=201, json=forms.TrainingBody,
    refusals=(401, 403, 409), tag="trainings", secured=True,
)  # fmt: skip
def create_training(body: forms.TrainingBody) -> Response:
    """Make a draft."""
    now, who = clock.now(), caller()

    def work() -> schemas.TrainingDetail:
        made = commands.create(
            body.plan(now), organisation_id=who.organisation_id, by=who.actor, now=now
        )
        return _read(made.public_id, who, now)

    return _written(work, who, status=201)


@blueprint.patch("/trainings/<training_id>")
@api_scope(Scope.TRAININGS_WRITE)
@api.documented(
    answers=schemas.TrainingDetail, json=forms.TrainingChange,
    refusals=(401, 403, 409, 412, 428), tag="trainings", secured=True,
)  # fmt: skip
def change_training(training_id: str, body: forms.TrainingChange) -> Response:
    """Change a draft or published training; another time or place of a published one is a move."""
    now, who = clock.now(), caller()
    asked = request.headers.get("If-Match", "").strip()

    def work() -> schemas.TrainingDetail:
        training = queries.get(training_id, who.organisation_id)
        if not asked:
            raise PreconditionMissing
        if asked not in {_tag(training.revision), "*"}:
            raise PreconditionFailed
        plan = replace(rules.plan_of(training), **body.changes())
        try:
            commands.edit(
                training_id,
                plan,
                revision=training.revision,
                organisation_id=who.organisation_id,
                by=who.actor,
                now=now,
            )
        except AlreadyChanged as error:
            raise PreconditionFailed from error
        return _read(training_id, who, now)

    return _written(work, who)


@blueprint.post("/trainings/<training_id>/publish")
@api_scope(Scope.TRAININGS_WRITE)
@api.documented(
    answers=schemas.TrainingDetail, refusals=(401, 403, 409, 422), tag="trainings", secured=True
)
def publish_training(training_id: str) -> Response:
    """Announce a draft."""
    now, who = clock.now(), caller()

    def work() -> schemas.TrainingDetail:
        commands.publish(training_id, organisation_id=who.organisation_id, by=who.actor, now=now)
        return _read(training_id, who, now)

    return _written(work, who)


@blueprint.post("/trainings/<training_id>/cancel")
@api_scope(Scope.TRAININGS_WRITE)
@api.documented(
    answers=schemas.TrainingDetail, json=forms.ReasonBody,
    refusals=(401, 403, 409), tag="trainings", secured=True,
)  # fmt: skip
def cancel_training(training_id: str, body: forms.ReasonBody) -> Response:
    """Call a training off."""
    now, who = clock.now(), caller()

    def work() -> schemas.TrainingDetail:
        commands.cancel(
            training_id,
            reason=body.reason,
            organisation_id=who.organisation_id,
            by=who.actor,
            now=now,
        )
        return _read(training_id, who, now)

    return _written(work, who)


@blueprint.post("/trainings/<training_id>/close")
@api_scope(Scope.TRAININGS_WRITE)
@api.documented(
    answers=schemas.TrainingDetail, refusals=(401, 403, 409), tag="trainings", secured=True
)
def close_training(training_id: str) -> Response:
    """Close the record of a training that is over."""
    now, who = clock.now(), caller()

    def work() -> schemas.TrainingDetail:
        commands.close(training_id, organisation_id=who.organisation_id, by=who.actor, now=now)
        return _read(training_id, who, now)

    return _written(work, who)


@blueprint.post("/trainings/<training_id>/reopen")
@api_scope(Scope.TRAININGS_WRITE)
@api.documented(
    answers=schemas.TrainingDetail, json=forms.ReasonBody,
    refusals=(401, 403, 409), tag="trainings", secured=True,
)  # fmt: skip
def reopen_training(training_id: str, body: forms.ReasonBody) -> Response:
    """Open a closed record again."""
    now, who = clock.now(), caller()

    def work() -> schemas.TrainingDetail:
        commands.reopen(
            training_id,
            reason=body.reason,
            organisation_id=who.organisation_id,
            by=who.actor,
            now=now,
        )
        return _read(training_id, who, now)

    return _written(work, who)


@blueprint.get("/programmes/<programme_id>/progress")
@guards.public
@api.documented(answers=schemas.ProgressOut, tag="programmes", secured=True)
def show_progress(programme_id: str) -> Response:
    """Show a programme's figures; with a token of its organisation its trainings too."""
    programme = queries.get_public_programme(programme_id)
    progress = queries.list_progress([programme])[programme.id]
    who = find_caller()
    rows = None
    if (
        who is not None
        and who.organisation_id == programme.organisation_id
        and Scope.PROGRESS_READ in who.scopes
    ):
        rows = list(queries.list_of_programme(programme.id, who.organisation_id))
    return api.answer(schemas.progress_out(programme, progress, rows))


def _own_or_public(training_id: str, who: Identity) -> Training:
    own = queries.find(training_id, who.organisation_id)
    return queries.get_public(training_id) if own is None else own


def _read(training_id: str, who: Identity, now: datetime) -> schemas.TrainingDetail:
    training = queries.get(training_id, who.organisation_id, fresh=True)
    return schemas.training_detail(training, now)


def _written(
    work: Callable[[], schemas.TrainingDetail], who: Identity, *, status: int = 200
) -> Response:
    response = api.answer_command(work, principal=who.public_id, status=status)
    detail = schemas.TrainingDetail.model_validate_json(response.get_data())
    return _with_tag(response, detail.revision)


def _with_tag(response: Response, revision: int) -> Response:
    response.headers["ETag"] = _tag(revision)
    response.headers["Cache-Control"] = "no-store"
    return response


def _tag(revision: int) -> str:
    return f'"{revision}"'
