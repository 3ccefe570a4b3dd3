"""What can be done with trainings, one function per intention; all run inside a unit of work."""

from app.trainings.commands.catalogue import (
    CourseDetails,
    ProgrammeDetails,
    VenueDetails,
    retire_course,
    retire_venue,
    save_course,
    save_programme,
    save_venue,
)
from app.trainings.commands.materials import add_material, remove_material
from app.trainings.commands.places import claim_places, next_numbers, release_places
from app.trainings.commands.planning import copy, create, create_many, edit
from app.trainings.commands.states import accept, cancel, close, hold, publish, reopen
from app.trainings.commands.telling import mark_told

__all__ = [
    "CourseDetails",
    "ProgrammeDetails",
    "VenueDetails",
    "accept",
    "add_material",
    "cancel",
    "claim_places",
    "close",
    "copy",
    "create",
    "create_many",
    "edit",
    "hold",
    "mark_told",
    "next_numbers",
    "publish",
    "release_places",
    "remove_material",
    "reopen",
    "retire_course",
    "retire_venue",
    "save_course",
    "save_programme",
    "save_venue",
]
