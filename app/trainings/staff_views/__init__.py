"""Pages on which organisers plan trainings."""

from app.trainings.staff_views import catalogue, editing, materials, overview, states, tables
from app.trainings.staff_views.frame import blueprint
from app.trainings.staff_views.panels import dashboard_panels

__all__ = [
    "blueprint",
    "catalogue",
    "dashboard_panels",
    "editing",
    "materials",
    "overview",
    "states",
    "tables",
]
