"""What organisers type and bring about attendance, read into values."""

from app.attendance.forms.desks import DeclineForm, DeskForm, SettleForm
from app.attendance.forms.people import CONFLICT, CorrectionForm, Reason, UndoForm, filters_in

__all__ = [
    "CONFLICT",
    "CorrectionForm",
    "DeclineForm",
    "DeskForm",
    "Reason",
    "SettleForm",
    "UndoForm",
    "filters_in",
]
