"""The calendar files that go along with letters."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import lru_cache

from app.kit import calendars
from app.kit.settings import settings
from app.registrations.models import Attendee
from app.trainings.models import Channel


def for_guest(entry: calendars.Entry, attendee: Attendee, recipient: str) -> calendars.Entry:
    """Give a lesson's entry as it invites one attendee at an address."""
    return dataclasses.replace(
        entry,
        location="" if attendee.channel is Channel.ONLINE else entry.location,
        organiser_email=settings().mail_from,
        attendee_email=recipient,
        attendee_name=attendee.name,
    )


def published(entries: Sequence[calendars.Entry], name: str) -> bytes:
    """Write the lessons as one calendar that invites nobody."""
    unnamed = tuple(
        dataclasses.replace(one, attendee_email=None, attendee_name="") for one in entries
    )
    return _published(unnamed, name, settings().default_timezone)


@lru_cache(maxsize=256)
def _published(entries: tuple[calendars.Entry, ...], name: str, zone: str) -> bytes:
    """Write the lessons as one calendar; equal for everybody, so it is written once."""
    stamp = max(entry.updated_at for entry in entries)
    return calendars.publish(entries, name=name, timezone=zone, now=stamp)
