"""Where the public views of trainings are gathered."""

from flask import Blueprint

blueprint = Blueprint("trainings", __name__)
