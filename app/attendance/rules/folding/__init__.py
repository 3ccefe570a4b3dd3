"""Facts of all sources into one record that says why: the same for every order of arrival."""

from app.attendance.rules.folding.basis import Basis, Why, basis_in, is_same_evidence
from app.attendance.rules.folding.facts import FactValue, value_of
from app.attendance.rules.folding.fold import Record, fold, is_inside_at

__all__ = [
    "Basis",
    "FactValue",
    "Record",
    "Why",
    "basis_in",
    "fold",
    "is_inside_at",
    "is_same_evidence",
    "value_of",
]
