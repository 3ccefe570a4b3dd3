"""What everybody who signed up is told when a training is moved or called off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.kit import calendars, letters, sealing
from app.kit.settings import absolute_url
from app.outbox.rules import Draft
from app.registrations import rules
from app.registrations.models import Attendee, AttendeeState, Registration, Ticket
from app.registrations.notices.entries import for_guest, invited, published, taken_back
from app.registrations.notices.links import manage_url, ticket_url
from app.trainings.exports import entries_of, place_of
from app.trainings.models import Training
from app.trainings.rules import Meeting, label_of_mode, meeting_of


class Change(StrEnum):
    """What happened to a training: the kind of its letters and the name of their template."""

    MOVED = "training_moved"
    CANCELLED = "training_cancelled"


_KEYS = {Change.MOVED: "moved", Change.CANCELLED: "training_cancelled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeNews:
    """A change and what people knew of time and place before it.

    The training comes with lessons, venue and organisation.
    """

    change: Change
    training: Training
    known: Meeting


@dataclass(slots=True, kw_only=True)
class _Reader:
    """One address: the registrations it manages and the places it was given for."""

    address: str
    lookup: str
    language: str
    managed: list[Registration] = field(default_factory=list)
    own: list[Attendee] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.managed[0].contact_name if self.managed else self.own[0].name

    def people(self) -> list[Attendee]:
        """Give everybody the letter speaks of, once."""
        led = [one for registration in self.managed for one in _live(registration)]
        known = {one.id for one in led}
        return led + [one for one in self.own if one.id not in known]


def drafts_of_change(
    news: ChangeNews, registrations: Sequence[Registration], *, now: datetime
) -> list[Draft]:
    """Write one letter to each address of contacts and live attendees of these registrations.

    The registrations come with attendees and tickets; a letter speaks the language of the first
    one it is about.
    """
    entries = {
        language: _entries(news.training, language)
        for language in {registration.language for registration in registrations}
    }
    return [
        _draft(news, reader, entries[reader.language], now) for reader in _readers(registrations)
    ]


def _readers(registrations: Sequence[Registration]) -> Iterator[_Reader]:
    found: dict[str, _Reader] = {}

    def reader_at(address: str, language: str) -> _Reader:
        lookup = sealing.lookup(address, "email")
        new = _Reader(address=address, lookup=lookup, language=language)
        return found.setdefault(lookup, new)

    for registration in registrations:
        language = registration.language
        if registration.contact_email:
            reader_at(registration.contact_email, language).managed.append(registration)
        for attendee in _live(registration):
            if attendee.email:
                reader_at(attendee.email, language).own.append(attendee)
    yield from found.values()


def _live(registration: Registration) -> list[Attendee]:
    return [one for one in registration.attendees if one.state in rules.LIVE]


def _entries(training: Training, language: str) -> list[calendars.Entry]:
    with letters.speaking(language):
        return list(entries_of(training))


def _draft(
    news: ChangeNews, reader: _Reader, entries: list[calendars.Entry], now: datetime
) -> Draft:
    training, people = news.training, reader.people()
    calendar, method = _calendar_for(news, reader, entries, now)
    mail = letters.write(
        f"registrations/mail/{news.change}",
        recipient=reader.address,
        language=reader.language,
        calendar=calendar,
        calendar_method=method,
        training=training,
        was=news.known,
        now_is=meeting_of(training),
        place_of=place_of,
        label_of_mode=label_of_mode,
        name=reader.name,
        people=[(one, _ticket(one), None) for one in people],
        reader="contact" if reader.managed else "attendee",
        reason=training.cancel_reason,
        ticket_url=ticket_url,
        manage_url="\n".join(manage_url(one) for one in reader.managed),
        training_url=absolute_url("trainings.show", training_id=training.public_id),
    )
    parts = (_KEYS[news.change], training.public_id, training.calendar_sequence, reader.lookup)
    return Draft(
        mail=mail,
        key=":".join(str(part) for part in parts),
        kind=news.change,
        organisation_id=training.organisation_id,
        subject_kind="training",
        subject_id=training.public_id,
    )


def _ticket(attendee: Attendee) -> Ticket | None:
    return next((ticket for ticket in attendee.tickets if ticket.revoked_at is None), None)


def _calendar_for(
    news: ChangeNews, reader: _Reader, entries: list[calendars.Entry], now: datetime
) -> tuple[bytes | None, str]:
    """Move or take back the invitations of this address; otherwise send a calendar to look at."""
    guests = [one for one in reader.own if one.state is AttendeeState.CONFIRMED]
    if guests:
        with letters.speaking(reader.language):
            own = [
                for_guest(entry, guest, _ticket(guest), reader.address)
                for guest in guests
                for entry in entries
            ]
        if news.change is Change.CANCELLED:
            return taken_back(own, now=now), "CANCEL"
        return invited(own, now=now), "REQUEST"
    if any(one.state is AttendeeState.CONFIRMED for one in reader.people()):
        return published(entries, news.training.title), "PUBLISH"
    return None, "PUBLISH"
