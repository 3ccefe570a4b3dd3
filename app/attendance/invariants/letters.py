"""What must hold of letters whose training ended long ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from app.attendance.queries.retention import subjects_past_their_time
from app.kit.database import db
from app.kit.invariants import Violation
from app.kit.retention import GRACE
from app.outbox import queries as letters
from app.outbox.models import Letter


def letters_past_their_time_are_empty(now: datetime) -> Iterator[Violation]:
    """Letters say nothing any more a day after their retention ended."""
    subjects = subjects_past_their_time(now - GRACE)
    kept = select(Letter.public_id).where(letters.about(subjects), letters.is_readable())
    for public_id in db.session.scalars(kept):
        yield Violation(
            rule="letter.retention", row=f"letter {public_id}", detail="still says something"
        )


CHECKS = (letters_past_their_time_are_empty,)
