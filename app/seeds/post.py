"""What became of the letters and of the audit log while the story went on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from app.audit import commands as audit
from app.kit.database import db
from app.outbox.models import Letter, LetterState

FRESH = timedelta(minutes=20)
BATCH = 1_000


def deliver(*, now: datetime, has_failure: bool = False) -> None:
    """Note every letter as sent when it was written; the last ones still wait for the scheduler."""
    db.session.execute(
        update(Letter)
        .where(Letter.state == LetterState.WAITING, Letter.created_at < now - FRESH)
        .values(state=LetterState.SENT, sent_at=Letter.created_at, attempts=1, fence=1)
        .execution_options(synchronize_session=False)
    )
    if has_failure:
        last = select(func.max(Letter.id)).where(Letter.state == LetterState.SENT)
        db.session.execute(
            update(Letter)
            .where(Letter.id == last.scalar_subquery())
            .values(state=LetterState.FAILED, sent_at=None, last_error="smtp 550")
            .execution_options(synchronize_session=False)
        )


def seal_everything() -> None:
    """Bind all entries of the audit log into its chain."""
    while audit.seal(BATCH):
        db.session.flush()
