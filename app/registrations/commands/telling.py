"""Tells everybody who signed up that a training was moved or called off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.outbox import commands as outbox
from app.outbox.rules import Draft
from app.registrations import notices, queries, rules
from app.registrations.models import Registration
from app.registrations.notices import Change, ChangeNews
from app.trainings import commands as trainings
from app.trainings import queries as trainings_queries
from app.trainings.models import TrainingState
from app.trainings.rules import meeting_of, restored


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The letters about one change of a training, as it was when they were written."""

    training_id: str
    sequence: int
    is_cancelled: bool
    drafts: Sequence[Draft]


def prepare_telling(training_id: str, *, now: datetime) -> Telling | None:
    """Write the letters that are due for the training with this public id; None if none are.

    Nothing is stored and nothing is held: a full hall of letters takes longer than a lock may.
    """
    training = trainings_queries.find_untold(training_id, now)
    if training is None:
        return None
    current = meeting_of(training)
    known = current if training.known_meeting is None else restored(training.known_meeting)
    is_cancelled = training.state is TrainingState.CANCELLED
    news = ChangeNews(
        change=Change.CANCELLED if is_cancelled else Change.MOVED, training=training, known=known
    )
    registrations = queries.list_to_tell(training.id)
    if known.until is not None and known == current and not is_cancelled:
        registrations = [one for one in registrations if _heard_since(one, known.until)]
    return Telling(
        training_id=training_id,
        sequence=training.calendar_sequence,
        is_cancelled=is_cancelled,
        drafts=notices.drafts_of_change(news, registrations, now=now),
    )


def _heard_since(registration: Registration, moved_at: datetime) -> bool:
    """Tell of a move that was taken back whether they had a letter in the meantime."""
    live = (one for one in registration.attendees if one.state in rules.LIVE)
    return any((one.promoted_at or one.created_at) >= moved_at for one in live)


def tell(telling: Telling, *, now: datetime) -> bool:
    """Store the letters, once; False when somebody else did or the training changed since."""
    is_ours = trainings.mark_told(
        telling.training_id, telling.sequence, is_cancelled=telling.is_cancelled, now=now
    )
    if is_ours:
        outbox.enqueue_all(telling.drafts, now=now)
    return is_ours
