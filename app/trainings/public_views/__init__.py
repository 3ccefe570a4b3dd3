"""The public list, calendar, page, poster and feeds of trainings."""

from app.trainings.public_views import files, pages
from app.trainings.public_views.blueprint import blueprint

__all__ = ["blueprint", "files", "pages"]
