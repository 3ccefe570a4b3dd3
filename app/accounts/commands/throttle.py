"""Counts failed sign-ins by account and by address, so that guesses made in parallel count too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, null, update
from sqlalchemy.exc import IntegrityError

from app.accounts.errors import LockedOut
from app.accounts.models import SignInThrottle
from app.accounts.rules import FAILURES_ALLOWED, LOCK_DURATION
from app.kit.database import db


def claim(subjects: Sequence[str], *, now: datetime) -> None:
    """Count an attempt of `subjects` before it is judged; LockedOut when one has none left.

    Counting first is what bounds guesses that arrive together: an attempt that turns out right
    is given back by `give_back`, and `forget` wipes the slate of an account that came in.
    """
    for subject in sorted(subjects):  # one order for all, so that two cannot wait for each other
        if not _counted(subject, now):
            raise LockedOut


def give_back(subject: str) -> None:
    """Take back one claimed attempt, because it was no failure."""
    fewer = SignInThrottle.failures - 1
    db.session.execute(
        update(SignInThrottle)
        .where(SignInThrottle.subject == subject, SignInThrottle.failures > 0)
        .values(
            failures=fewer,
            locked_until=case(
                (fewer >= FAILURES_ALLOWED, SignInThrottle.locked_until), else_=null()
            ),
        )
        .execution_options(synchronize_session=False)
    )


def forget(subject: str) -> None:
    """Forget the failures of an account that has come in."""
    db.session.execute(delete(SignInThrottle).where(SignInThrottle.subject == subject))


def _counted(subject: str, now: datetime) -> bool:
    if _raised(subject, now):
        return True
    if db.session.get(SignInThrottle, subject) is not None:
        return False
    try:
        with db.session.begin_nested():
            db.session.add(SignInThrottle(subject=subject, failures=1, last_failed_at=now))
    except IntegrityError:  # somebody else failed first at the same instant
        return _raised(subject, now)
    return True


def _raised(subject: str, now: datetime) -> bool:
    """Raise the count of a known subject in one statement, unless it is locked."""
    failures = case(
        (SignInThrottle.last_failed_at <= now - LOCK_DURATION, 1),
        else_=SignInThrottle.failures + 1,
    )
    counted = db.session.execute(
        update(SignInThrottle)
        .where(
            SignInThrottle.subject == subject,
            db.or_(SignInThrottle.locked_until.is_(None), SignInThrottle.locked_until <= now),
        )
        .values(
            failures=failures,
            last_failed_at=now,
            locked_until=case((failures >= FAILURES_ALLOWED, now + LOCK_DURATION), else_=null()),
        )
        .execution_options(synchronize_session=False)
        .returning(SignInThrottle.failures)
    ).scalar()
    return counted is not None
