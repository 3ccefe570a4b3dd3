"""What follows from the times and places of a training at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.trainings.models import Mode, Training, TrainingState


class SignupState(StrEnum):
    """Whether an enterprise may sign up now."""

    NOT_PUBLISHED = "not_published"
    NOT_OPEN = "not_open"
    OPEN = "open"
    FULL = "full"  # sign-up goes on, onto the waiting list
    CLOSED = "closed"
    ENDED = "ended"
    CANCELLED = "cancelled"


class LessonState(StrEnum):
    """Where one lesson stands."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What decides the state of a training; all instants aware."""

    state: TrainingState
    mode: Mode
    signup_opens_at: datetime
    signup_closes_at: datetime
    starts_at: datetime
    ends_at: datetime
    capacity_onsite: int
    capacity_online: int
    taken_onsite: int
    taken_online: int
    moved_at: datetime | None = None
    moved_from: datetime | None = None

    @property
    def free_onsite(self) -> int:
        return max(0, self.capacity_onsite - self.taken_onsite)

    @property
    def free_online(self) -> int:
        return max(0, self.capacity_online - self.taken_online)

    @property
    def is_full(self) -> bool:
        return self.free_onsite + self.free_online == 0


def facts_of(training: Training) -> Facts:
    """Give the deciding facts of a row."""
    return Facts(
        state=training.state,
        mode=training.mode,
        signup_opens_at=training.signup_opens_at,
        signup_closes_at=training.signup_closes_at,
        starts_at=training.starts_at,
        ends_at=training.ends_at,
        capacity_onsite=training.capacity_onsite,
        capacity_online=training.capacity_online,
        taken_onsite=training.taken_onsite,
        taken_online=training.taken_online,
        moved_at=training.moved_at,
        moved_from=training.moved_from,
    )


def signup_state(facts: Facts, now: datetime) -> SignupState:
    """Tell whether sign-up is possible; the closing instant itself is too late."""
    if facts.state is TrainingState.DRAFT:
        return SignupState.NOT_PUBLISHED
    if facts.state is TrainingState.CANCELLED:
        return SignupState.CANCELLED
    if facts.state is not TrainingState.PUBLISHED or now >= facts.ends_at:
        return SignupState.ENDED
    if now >= facts.signup_closes_at:
        return SignupState.CLOSED
    if now < facts.signup_opens_at:
        return SignupState.NOT_OPEN
    return SignupState.FULL if facts.is_full else SignupState.OPEN


def lesson_state(
    state: TrainingState, starts_at: datetime, ends_at: datetime, now: datetime
) -> LessonState:
    """Tell where a lesson of a training in `state` stands; its end belongs to "ended"."""
    if state is TrainingState.CANCELLED:
        return LessonState.CANCELLED
    if now < starts_at:
        return LessonState.WAITING
    return LessonState.RUNNING if now < ends_at else LessonState.ENDED
