"""Says what letters are about whose training ended long ago: this room knows all their subjects."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select

from app.attendance.models import Appeal
from app.kit.retention import PERIODS, cutoff
from app.registrations.models import Attendee, Registration
from app.trainings.models import Training


def subjects_past_their_time(now: datetime) -> dict[str, Select[str]]:
    """Select the public ids of what letters past their time are about, kind by kind."""
    over = select(Training.id).where(Training.ends_at <= cutoff(PERIODS.letters, now))
    return {
        "training": select(Training.public_id).where(Training.id.in_(over)),
        "registration": select(Registration.public_id).where(Registration.training_id.in_(over)),
        "attendee": select(Attendee.public_id).where(Attendee.training_id.in_(over)),
        "appeal": select(Appeal.public_id).where(Appeal.training_id.in_(over)),
    }
