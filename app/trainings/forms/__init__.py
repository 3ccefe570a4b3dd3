"""What people and programs type about trainings, read into values."""

from app.trainings.forms.lists import ListQuery, month_of, narrowed, read_filter

__all__ = ["ListQuery", "month_of", "narrowed", "read_filter"]
