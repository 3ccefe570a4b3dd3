"""What must hold in the outbox of a live database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.kit.database import db
from app.kit.invariants import Violation
from app.outbox.models import Letter, LetterState

GRACE = timedelta(minutes=5)


def keys_are_unique(_now: datetime) -> Iterator[Violation]:
    """One occasion has one letter, and every letter its own Message-ID."""
    for column in (Letter.key, Letter.message_id):
        repeated = select(column, func.count()).group_by(column).having(func.count() > 1)
        for value, count in db.session.execute(repeated):
            yield Violation(rule="letter.unique", row=f"letter {value}", detail=f"{count} rows")


def states_agree_with_times(now: datetime) -> Iterator[Violation]:
    """Sent letters say when; lent ones until when; nobody keeps one far beyond the lease."""
    is_sent = Letter.state == LetterState.SENT
    is_lent = Letter.state == LetterState.SENDING
    yield from _found("letter.sent_has_instant", is_sent != Letter.sent_at.is_not(None))
    yield from _found("letter.lent_has_lease", is_lent != Letter.leased_until.is_not(None))
    yield from _found("letter.lease_ended", and_(is_lent, Letter.leased_until < now - GRACE))


def figures_are_sane(_now: datetime) -> Iterator[Violation]:
    """Every claim raised the fence, and a retry only resets the attempts."""
    yield from _found("letter.fence", or_(Letter.attempts < 0, Letter.fence < Letter.attempts))


def _found(rule: str, condition: ColumnElement[bool]) -> Iterator[Violation]:
    for row in db.session.execute(select(Letter.public_id, Letter.state).where(condition)):
        yield Violation(rule=rule, row=f"letter {row.public_id}", detail=row.state.value)


CHECKS = (keys_are_unique, states_agree_with_times, figures_are_sane)
