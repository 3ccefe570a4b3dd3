"""The blueprint that the pages of this floor hang on, who reads, and how they answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.accounts.access import staff
from app.accounts.models import Role
from app.kit.errors import Text
from app.trainings import queries
from app.trainings.models import Training

blueprint = Blueprint("trainings_staff", __name__, url_prefix="/staff")

READERS = (Role.ORGANISER, Role.SUPERVISOR, Role.TRAINER)


def taught_by() -> int | None:
    """Give the staff key that the present person's view is narrowed to: trainers see their own."""
    who = staff()
    return None if who.has(Role.ORGANISER, Role.SUPERVISOR) else who.staff_id


def get_training(training_id: str) -> Training:
    """Give a training that the present person may read; NotFound."""
    return queries.get(training_id, staff().organisation_id, taught_by=taught_by())


def go(endpoint: str, message: Text | None = None, **values: Any) -> ResponseReturnValue:
    """Go on to a page after something was done, and say what was done."""
    if message is not None:
        flash(str(message), "success")
    return redirect(url_for(endpoint, **values), 303)
