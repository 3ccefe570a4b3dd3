"""Reads batches: of a training, due ones, and archives that are too old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select

from app.kit.database import db
from app.kit.errors import NotFound
from app.proofs.models import BatchState, ProofBatch
from app.proofs.rules.standing import UNDER_WAY
from app.trainings.models import Training


def get(organisation_id: int, batch_id: str) -> ProofBatch:
    """Give a batch of the organisation by public id; NotFound."""
    batch = db.session.scalar(
        select(ProofBatch).where(
            ProofBatch.organisation_id == organisation_id, ProofBatch.public_id == batch_id
        )
    )
    if batch is None:
        raise NotFound
    return batch


def find_latest(training: Training) -> ProofBatch | None:
    """Give the batch of a training that was ordered last."""
    return db.session.scalar(
        select(ProofBatch)
        .where(ProofBatch.training_id == training.id)
        .order_by(ProofBatch.created_at.desc(), ProofBatch.id.desc())
        .limit(1)
    )


def list_due(*, now: datetime) -> Sequence[int]:
    """List the keys of batches to work on, the oldest first; abandoned ones included."""
    abandoned = and_(ProofBatch.state == BatchState.WORKING, ProofBatch.leased_until <= now)
    return db.session.scalars(
        select(ProofBatch.id)
        .where(
            ProofBatch.state.in_(UNDER_WAY), or_(ProofBatch.state == BatchState.WAITING, abandoned)
        )
        .order_by(ProofBatch.id)
    ).all()


def training_of(batch_id: int) -> tuple[str, int]:
    """Give (training's public id, organisation) of a batch by key."""
    row = db.session.execute(
        select(Training.public_id, Training.organisation_id)
        .join(ProofBatch, ProofBatch.training_id == Training.id)
        .where(ProofBatch.id == batch_id)
    ).one()
    return row.public_id, row.organisation_id


def list_with_old_archive(*, before: datetime) -> Sequence[tuple[int, str]]:
    """List (key, stored name) of batches whose archive was made before an instant."""
    rows = db.session.execute(
        select(ProofBatch.id, ProofBatch.stored_name)
        .where(ProofBatch.stored_name != "", ProofBatch.finished_at <= before)
        .order_by(ProofBatch.id)
    )
    return [(row.id, row.stored_name) for row in rows]


def list_under_way() -> set[str]:
    """Give the public ids of all batches that wait or are worked on."""
    return set(
        db.session.scalars(select(ProofBatch.public_id).where(ProofBatch.state.in_(UNDER_WAY)))
    )


def work_of(batch_id: int) -> str:
    """Give the public id of a batch by key: its working folder bears it."""
    return db.session.get_one(ProofBatch, batch_id).public_id
