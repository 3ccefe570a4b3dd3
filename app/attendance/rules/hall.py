"""The code on the screen of a hall: its steps, how long it is good, how long a scan may wait."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

STEP = timedelta(seconds=15)
GRACE = STEP  # a code outlives its step by one more: somebody is just holding up a phone
CONFIRM_WITHIN = timedelta(minutes=5)
SHARED_PHONE = "shared_phone"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def step_of(at: datetime) -> datetime:
    """Give when the step began that `at` belongs to; steps are the same for every server."""
    return at - (at - _EPOCH) % STEP


def next_step(at: datetime) -> datetime:
    """Give when the code that is shown at `at` is followed by another one."""
    return step_of(at) + STEP


def good_until(at: datetime) -> datetime:
    """Give the instant from which the code that is shown at `at` is refused."""
    return next_step(at) + GRACE


def seconds_shown(at: datetime) -> int:
    """Give in how many whole seconds a page made at `at` shows the code after it, at least one."""
    return math.ceil((next_step(at) - at).total_seconds())


def may_confirm(scanned_at: datetime, now: datetime) -> bool:
    """Tell whether a scan of the hall's code may still be confirmed; both ends belong to it."""
    return timedelta() <= now - scanned_at <= CONFIRM_WITHIN


def name_key(name: str) -> str:
    """Give what is compared of a name: spaces and capitals differ from phone to phone."""
    return "".join(name.split()).lower()
