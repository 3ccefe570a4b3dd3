"""The blueprint of the public pages about attendance; their addresses differ."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("attendance", __name__)
