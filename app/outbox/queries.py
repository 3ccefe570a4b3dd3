"""Reads the outbox: what is due, what an organisation sent, how long the queue is."""

from __future__ import annotations

from sqlalchemy import func, select

from app.kit.database import db
from app.outbox.models import Letter, LetterState


def count_waiting() -> int:
    """Count the letters that are not sent yet."""
    states = (LetterState.WAITING, LetterState.SENDING)
    return db.session.scalar(select(func.count()).where(Letter.state.in_(states))) or 0


def count_failed() -> int:
    """Count the letters that need a person."""
    return db.session.scalar(select(func.count()).where(Letter.state == LetterState.FAILED)) or 0


GAUGES = (
    ("guanbiao_letters_waiting", "Letters that are not sent yet", count_waiting),
    ("guanbiao_letters_failed", "Letters that failed for good", count_failed),
)
