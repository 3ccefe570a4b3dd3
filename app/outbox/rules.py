"""What a letter is before it is stored, and when a failed one is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kit.mail import Mail

LEASE = timedelta(seconds=60)
ATTEMPTS_ALLOWED = 100  # with the longest pause about two days
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A rendered message, and the occasion that it may be sent for once.

    `key` names the occasion (kind, subject, recipient, slot) and is unique for ever; `kind` is
    what organisers filter by (`registration_confirmed`); the subject is the thing it is about.
    """

    mail: Mail
    key: str
    kind: str
    organisation_id: int
    subject_kind: str
    subject_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to carry one letter once; its fence is void when somebody else claims it later."""

    letter_id: int
    fence: int
    attempts: int
    message_id: str
    created_at: datetime
    sender_name: str
    mail: Mail


def pause_after(attempts: int, *, chance: float) -> timedelta:
    """Give how long to wait after so many failed attempts: 10 s doubling up to 30 min.

    `chance` from 0 to 1 spreads the pause over 75 to 100 % of it, so that letters that failed
    together do not come back together.
    """
    doublings = min(max(attempts - 1, 0), 16)
    whole: timedelta = min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
    return whole * (0.75 + 0.25 * chance)


def is_final(attempts: int, *, is_permanent: bool) -> bool:
    """Tell whether a failed letter needs a person now."""
    return is_permanent or attempts >= ATTEMPTS_ALLOWED


def masked(recipient: str) -> str:
    """Show an address so that its owner knows it and others do not learn it: `z***@example.com`."""
    name, at, domain = recipient.rpartition("@")
    return f"{name[:1]}***@{domain}" if at else "***"
