"""Pages on which organisers plan trainings."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("trainings_staff", __name__, url_prefix="/staff/trainings")
