"""Figures of programmes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.kit.database import db
from app.trainings.models import Programme, Training, TrainingState
from app.trainings.rules import Counted, Progress, progress_of


def list_progress(programmes: Iterable[Programme]) -> Mapping[int, Progress]:
    """Give the progress of each programme by its key, in one statement for all."""
    asked = {programme.id: programme for programme in programmes}
    counted: dict[int, list[Counted]] = defaultdict(list)
    rows = db.session.execute(
        select(Training.programme_id, Training.state, Training.mode, func.count())
        .where(Training.programme_id.in_(asked), Training.state != TrainingState.DRAFT)
        .group_by(Training.programme_id, Training.state, Training.mode)
    )
    for programme_id, state, mode, count in rows:
        if programme_id is not None:
            counted[programme_id].append(Counted(state=state, mode=mode, count=count))
    return {
        key: progress_of(programme.target_trainings, programme.target_onsite, counted[key])
        for key, programme in asked.items()
    }


def list_of_programme(programme_id: int, organisation_id: int) -> Sequence[Training]:
    """List the trainings of an organisation's programme by date, drafts included."""
    return db.session.scalars(
        select(Training)
        .where(Training.programme_id == programme_id, Training.organisation_id == organisation_id)
        .options(joinedload(Training.venue))
        .order_by(Training.starts_at, Training.id)
    ).all()
