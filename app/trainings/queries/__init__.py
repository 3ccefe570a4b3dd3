"""Every SELECT on trainings, scoped to an organisation or to what is public."""

from app.trainings.queries.catalogue import (
    get_course,
    get_programme,
    get_public_programme,
    get_venue,
    list_at_venue,
    list_courses,
    list_current_programmes,
    list_programmes,
    list_venues,
)
from app.trainings.queries.clashes import list_clashes
from app.trainings.queries.lists import (
    TrainingFilter,
    list_calendar,
    list_feed,
    list_mine,
    list_public,
    list_taught_lessons,
)
from app.trainings.queries.one import (
    find,
    get,
    get_lesson,
    get_material,
    get_public,
    get_public_lesson,
    get_public_material,
    is_taught_by,
    list_to_hold,
)
from app.trainings.queries.progress import list_of_programme, list_progress
from app.trainings.queries.stamps import PageStamp, find_page_stamp, list_stamp
from app.trainings.queries.telling import find_untold, is_untold, list_untold

__all__ = [
    "PageStamp",
    "TrainingFilter",
    "find",
    "find_page_stamp",
    "find_untold",
    "get",
    "get_course",
    "get_lesson",
    "get_material",
    "get_programme",
    "get_public",
    "get_public_lesson",
    "get_public_material",
    "get_public_programme",
    "get_venue",
    "is_taught_by",
    "is_untold",
    "list_at_venue",
    "list_calendar",
    "list_clashes",
    "list_courses",
    "list_current_programmes",
    "list_feed",
    "list_mine",
    "list_of_programme",
    "list_programmes",
    "list_progress",
    "list_public",
    "list_stamp",
    "list_taught_lessons",
    "list_to_hold",
    "list_untold",
    "list_venues",
]
