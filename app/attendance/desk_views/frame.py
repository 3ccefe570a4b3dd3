"""What the pages of a desk share: their place, the lesson, its times and its name."""

from __future__ import annotations

from flask import Blueprint

from app.accounts.access import staff
from app.attendance.access import only_taught_by
from app.attendance.queries import desks
from app.attendance.rules.verdicts import Span
from app.kit.languages import current as language
from app.trainings.models import Lesson, Training

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


def the_lesson(lesson_id: str) -> tuple[Lesson, Training]:
    """Give a lesson that the present staff may see, and its training; NotFound."""
    who = staff()
    lesson = desks.get_lesson(
        lesson_id, organisation_id=who.organisation_id, trainer_id=only_taught_by(who)
    )
    return lesson, desks.get_training_of(lesson)


def span_of(lesson: Lesson) -> Span:
    """Give from when until when a lesson lasts."""
    return Span(starts_at=lesson.starts_at, ends_at=lesson.ends_at)


def title_of(training: Training) -> str:
    """Give the title of a training in the language of the page."""
    return training.title_en if language() == "en" and training.title_en else training.title
