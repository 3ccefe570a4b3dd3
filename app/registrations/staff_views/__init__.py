"""Registrations of a training and what organisers do with them."""

from app.registrations.staff_views import acts, lists
from app.registrations.staff_views.blueprint import blueprint

__all__ = ["acts", "blueprint", "lists"]
