"""What people and programs type about trainings, read into values."""

from app.trainings.forms.catalogue import (
    CopyForm,
    CourseForm,
    MaterialForm,
    ProgrammeForm,
    ReasonBody,
    VenueForm,
)
from app.trainings.forms.lists import ListQuery, month_of, narrowed, read_filter
from app.trainings.forms.trainings import (
    TrainingBody,
    TrainingChange,
    TrainingForm,
    closes_before,
    typed_values,
    zone,
)

__all__ = [
    "CopyForm",
    "CourseForm",
    "ListQuery",
    "MaterialForm",
    "ProgrammeForm",
    "ReasonBody",
    "TrainingBody",
    "TrainingChange",
    "TrainingForm",
    "VenueForm",
    "closes_before",
    "month_of",
    "narrowed",
    "read_filter",
    "typed_values",
    "zone",
]
