"""The calendar files that go along with letters."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from app.kit import calendars
from app.kit.settings import settings
from app.kit.texts import translate as _
from app.registrations.models import Attendee, Ticket
from app.registrations.notices.links import ticket_url
from app.trainings.models import Channel


def for_guest(
    entry: calendars.Entry, attendee: Attendee, ticket: Ticket | None, recipient: str
) -> calendars.Entry:
    """Give a lesson's entry as it invites one attendee at an address, in the language spoken.

    Every place has entries of its own: two people of one address keep theirs apart. The attendee's
    number leaves room for the cancellation of each place before the next one of the same person,
    so SEQUENCE only rises. Who comes online finds the room behind the ticket, once it opens.
    """
    name, _at, host = entry.uid.partition("@")
    is_online = attendee.channel is Channel.ONLINE
    url = ticket_url(ticket) if is_online and ticket is not None else entry.url
    return dataclasses.replace(
        entry,
        uid=f"{name}-{attendee.public_id}@{host}",
        sequence=entry.sequence + 2 * attendee.sequence,
        location=_("网络直播") if is_online else entry.location,
        url=url,
        description=entry.description if url == entry.url else f"{url}\n{entry.description}",
        organiser_email=settings().mail_from,
        attendee_email=recipient,
        attendee_name=attendee.name,
    )


def invited(entries: Iterable[calendars.Entry], *, now: datetime) -> bytes:
    """Invite to each lesson by a calendar of its own: a REQUEST speaks of one UID (RFC 5546)."""
    zone = settings().default_timezone
    return b"".join(calendars.request(one, timezone=zone, now=now) for one in entries)


def taken_back(entries: Iterable[calendars.Entry], *, now: datetime) -> bytes:
    """Take each invitation back by a calendar of its own."""
    zone = settings().default_timezone
    return b"".join(calendars.cancel(one, timezone=zone, now=now) for one in entries)


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
