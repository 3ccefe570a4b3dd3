"""The blueprint that all modules of these views share."""

from flask import Blueprint

blueprint = Blueprint("registrations_staff", __name__, url_prefix="/staff")
