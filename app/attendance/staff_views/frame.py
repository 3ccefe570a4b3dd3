"""What the pages about one training's attendance share: address, scope, heading."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.accounts.access import staff
from app.accounts.models import Role
from app.attendance.access import only_taught_by
from app.attendance.queries import desks
from app.attendance.rules import wording
from app.attendance.rules.verdicts import LOCKED
from app.kit import clock
from app.kit.languages import current as language
from app.trainings.models import Lesson, Training, TrainingState

blueprint = Blueprint("attendance_staff", __name__, url_prefix="/staff")
READERS = (Role.ORGANISER, Role.TRAINER, Role.SUPERVISOR)
UNCHANGEABLE = LOCKED | {TrainingState.CANCELLED, TrainingState.DRAFT}


def the_training(training_id: str) -> Training:
    """Give a training that the present staff may see, by public id; NotFound."""
    who = staff()
    return desks.get_training(
        training_id, organisation_id=who.organisation_id, trainer_id=only_taught_by(who)
    )


def the_lesson(lesson_id: str) -> tuple[Training, Lesson]:
    """Give a lesson that the present staff may see, and its training; NotFound."""
    who = staff()
    lesson = desks.get_lesson(
        lesson_id, organisation_id=who.organisation_id, trainer_id=only_taught_by(who)
    )
    return desks.get_training_of(lesson), lesson


def common(training: Training, lesson: Lesson) -> dict[str, Any]:
    """Give what every page about a lesson's attendance is handed."""
    is_english = language() == "en"
    return {
        "training": training,
        "training_title": training.title_en if is_english and training.title_en else training.title,
        "lesson": lesson,
        "is_over": lesson.ends_at < clock.now(),
        "may_change": staff().has(Role.ORGANISER) and training.state not in UNCHANGEABLE,
        "is_locked": training.state in LOCKED,
        "wording": wording,
    }
