"""What the pages about proofs share: address, scope, who reads."""

from __future__ import annotations

from flask import Blueprint

from app.accounts.access import staff
from app.accounts.models import Role
from app.trainings import queries as trainings
from app.trainings.models import Training

blueprint = Blueprint("proofs_staff", __name__, url_prefix="/staff")
READERS = (Role.ORGANISER, Role.SUPERVISOR)
PDF = "application/pdf"
ZIP = "application/zip"


def the_training(training_id: str) -> Training:
    """Give a training of the organisation acted for, by public id; NotFound."""
    return trainings.get(training_id, staff().organisation_id)
