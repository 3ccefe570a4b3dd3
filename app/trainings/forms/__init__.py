"""What people and programs type about trainings, read into values."""

from app.trainings.forms.catalogue import (
    CopyForm,
    CourseForm,
    MaterialForm,
    ProgrammeForm,
    ReasonBody,
    VenueForm,
)
from app.trainings.forms.columns import FIELDS, NOTES, example, folded
from app.trainings.forms.drafts import packed, unpacked
from app.trainings.forms.lists import ListQuery, month_of, narrowed, read_filter
from app.trainings.forms.tables import Names, RowFault, TableInvalid, read_plans
from app.trainings.forms.trainings import (
    TrainingBody,
    TrainingChange,
    TrainingForm,
    closes_before,
    typed_values,
    zone,
)

__all__ = [
    "FIELDS",
    "NOTES",
    "CopyForm",
    "CourseForm",
    "ListQuery",
    "MaterialForm",
    "Names",
    "ProgrammeForm",
    "ReasonBody",
    "RowFault",
    "TableInvalid",
    "TrainingBody",
    "TrainingChange",
    "TrainingForm",
    "VenueForm",
    "closes_before",
    "example",
    "folded",
    "month_of",
    "narrowed",
    "packed",
    "read_filter",
    "read_plans",
    "typed_values",
    "unpacked",
    "zone",
]
