"""The public list, calendar, page, poster and feeds of trainings."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("trainings", __name__)
