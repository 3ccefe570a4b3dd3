"""Calendar files: feeds, invitations and cancellations that every calendar program takes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Event, Timezone, vCalAddress, vText

Status = Literal["confirmed", "cancelled", "tentative"]
Method = Literal["PUBLISH", "REQUEST", "CANCEL"]

PRODUCT = "-//Guanbiao//Training//ZH"
REFRESH = timedelta(hours=1)
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One dated thing in somebody's calendar; instants are aware, texts are plain."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    location: str
    url: str
    organiser_name: str
    organiser_email: str
    updated_at: datetime
    status: Status = "confirmed"
    categories: tuple[str, ...] = ()
    alarm_minutes: int | None = None
    attendee_email: str | None = None
    attendee_name: str = ""


def publish(entries: Iterable[Entry], *, name: str, timezone: str, now: datetime) -> bytes:
    """Write a feed or download: `entries` in the order given, shown in IANA zone `timezone`.

    Nobody is invited by it, so attendees are left out. Subscribers come back every hour.
    `now` only stamps (DTSTAMP): hand in the latest change where equal bytes are wanted.
    """
    calendar = _calendar("PUBLISH", timezone)
    calendar.add("uid", str(uuid5(NAMESPACE_URL, f"calendar:{name}")))
    calendar.add("name", vText(_line(name)))
    calendar.add("x-wr-calname", vText(_line(name)))
    calendar.add("x-wr-timezone", timezone)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for entry in entries:
        calendar.add_component(_event(entry, timezone, now))
    return bytes(calendar.to_ical(sorted=False))


def request(entry: Entry, *, timezone: str, now: datetime) -> bytes:
    """Write the invitation (or, with a higher `sequence`, the move) for the entry's attendee."""
    return _invitation("REQUEST", entry, timezone, now)


def cancel(entry: Entry, *, timezone: str, now: datetime) -> bytes:
    """Write the cancellation; `sequence` must be higher than that of the last invitation."""
    return _invitation("CANCEL", entry, timezone, now)


def _invitation(method: Method, entry: Entry, timezone: str, now: datetime) -> bytes:
    if not entry.attendee_email:
        message = "an invitation needs an attendee_email"
        raise ValueError(message)
    event = _event(entry, timezone, now)
    event.add("attendee", _attendee(entry))
    if method == "CANCEL":
        event["status"] = vText("CANCELLED")
        event.subcomponents.clear()
    calendar = _calendar(method, timezone)
    calendar.add_component(event)
    return bytes(calendar.to_ical(sorted=False))


def _calendar(method: Method, timezone: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_zone(timezone))
    return calendar


@lru_cache(maxsize=16)
def _zone(timezone: str) -> Component:
    """Describe a zone from 2000 on: before that Shanghai's summer time of 1986-91 would stand."""
    zone = Timezone.from_tzinfo(
        ZoneInfo(timezone), timezone, first_date=date(2000, 1, 1), last_date=date(2038, 1, 1)
    )
    zone.pop("comment", None)
    return zone


def _event(entry: Entry, timezone: str, now: datetime) -> Event:
    zone = ZoneInfo(timezone)
    event = Event()
    event.add("uid", _line(entry.uid))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("last-modified", entry.updated_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("summary", _line(entry.summary))
    event.add("status", entry.status.upper())
    event.add("transp", "TRANSPARENT" if entry.status == "cancelled" else "OPAQUE")
    _add_texts(event, entry)
    if entry.alarm_minutes is not None and entry.status != "cancelled":
        event.add_component(_alarm(entry, entry.alarm_minutes))
    return event


def _add_texts(event: Event, entry: Entry) -> None:
    if entry.description:
        event.add("description", _text(entry.description))
    if entry.location:
        event.add("location", _line(entry.location))
    if entry.url:
        event.add("url", _address(entry.url))
    if entry.categories:
        event.add("categories", [_line(category) for category in entry.categories])
    if entry.organiser_email:
        organiser = vCalAddress(f"mailto:{_address(entry.organiser_email)}")
        organiser.params["cn"] = _line(entry.organiser_name)
        event.add("organizer", organiser)


def _attendee(entry: Entry) -> vCalAddress:
    """Name the guest as coming: the place is booked already, no answer is awaited."""
    attendee = vCalAddress(f"mailto:{_address(entry.attendee_email or '')}")
    attendee.params["cn"] = _line(entry.attendee_name or entry.attendee_email or "")
    attendee.params["role"] = "REQ-PARTICIPANT"
    attendee.params["partstat"] = "ACCEPTED"
    attendee.params["rsvp"] = "FALSE"
    return attendee


def _alarm(entry: Entry, minutes: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _line(entry.summary))
    alarm.add("trigger", timedelta(minutes=-minutes))
    return alarm


def _text(text: str) -> str:
    """Keep line breaks and drop what no calendar may contain."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_CONTROLS.sub("", line) for line in lines)


def _line(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())


def _address(text: str) -> str:
    """Addresses are written unescaped: a line break in one would begin a property."""
    return "".join(_CONTROLS.sub("", text).split())
