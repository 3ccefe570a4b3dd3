"""What organisers type and bring about attendance, read into values."""

from app.attendance.forms.people import CONFLICT, CorrectionForm, Reason, UndoForm, filters_in

__all__ = ["CONFLICT", "CorrectionForm", "Reason", "UndoForm", "filters_in"]
