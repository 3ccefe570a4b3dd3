"""Decisions about trainings: pure functions of facts and an instant."""

from app.trainings.models import Mode, TrainingState
from app.trainings.rules.clashes import Clash, ClashKind
from app.trainings.rules.life import PUBLIC_STATES, allowed_moves, ensure_move
from app.trainings.rules.meetings import SETTLE, Meeting, meeting_of, restored, stored
from app.trainings.rules.plans import (
    MOST_LESSONS,
    LessonPlan,
    TrainingPlan,
    ensure_plan,
    ensure_publishable,
    is_move,
    plan_of,
    shifted,
)
from app.trainings.rules.progress import Counted, Progress, progress_of
from app.trainings.rules.signup import (
    Facts,
    LessonState,
    SignupState,
    facts_of,
    lesson_state,
    signup_state,
)
from app.trainings.rules.status import (
    Badge,
    Status,
    badge_of_lesson,
    badge_of_state,
    badges_of,
    label_of,
    label_of_mode,
    status_at,
    tone_of,
)

__all__ = [
    "MOST_LESSONS",
    "PUBLIC_STATES",
    "SETTLE",
    "Badge",
    "Clash",
    "ClashKind",
    "Counted",
    "Facts",
    "LessonPlan",
    "LessonState",
    "Meeting",
    "Mode",
    "Progress",
    "SignupState",
    "Status",
    "TrainingPlan",
    "TrainingState",
    "allowed_moves",
    "badge_of_lesson",
    "badge_of_state",
    "badges_of",
    "ensure_move",
    "ensure_plan",
    "ensure_publishable",
    "facts_of",
    "is_move",
    "label_of",
    "label_of_mode",
    "lesson_state",
    "meeting_of",
    "plan_of",
    "progress_of",
    "restored",
    "shifted",
    "signup_state",
    "status_at",
    "stored",
    "tone_of",
]
