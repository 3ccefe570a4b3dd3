"""What enterprises and their people are told about their places, as letters for the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.kit import calendars, letters, sealing, tokens
from app.kit.settings import absolute_url, settings
from app.outbox.rules import Draft
from app.registrations.models import Attendee, AttendeeState, Registration, Ticket
from app.trainings.models import Channel, Lesson, Training


class Occasion(StrEnum):
    """Why a letter is written; also the name of its template."""

    SIGNED_UP = "signed_up"
    ADDED = "added"
    REPLACED = "replaced"
    APPROVED = "approved"
    REJECTED = "rejected"
    PROMOTED = "promoted"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened to some attendees of one registration.

    The training comes with lessons, venue and organisation; `tickets` and `positions` are by
    attendee key; `slot` tells two occasions of one kind apart where the subject does not.
    """

    occasion: Occasion
    training: Training
    registration: Registration
    attendees: Sequence[Attendee]
    tickets: Mapping[int, Ticket]
    positions: Mapping[int, int] = field(default_factory=dict)
    reason: str = ""
    slot: str = ""


def manage_url(registration: Registration) -> str:
    """Give the address that opens a registration for whoever has it."""
    token = tokens.issue(tokens.Purpose.MANAGE, registration.manage_token_id)
    return absolute_url("registrations_my.enter", token=token)


def ticket_code(ticket: Ticket) -> str:
    """Give the code that stands in a ticket's QR and address."""
    return tokens.issue(tokens.Purpose.TICKET, ticket.token_id)


def ticket_url(ticket: Ticket) -> str:
    """Give the address of a ticket's page: what its QR says."""
    return absolute_url("registrations.ticket", code=ticket_code(ticket))


def drafts(news: News, *, now: datetime) -> list[Draft]:
    """Write to the contact about all of them, and to each attendee with an address about theirs."""
    registration = news.registration
    written = []
    if registration.contact_email:
        written.append(_to_contact(news, registration.contact_email, now))
    return written + [
        _to_attendee(news, attendee, attendee.email, now)
        for attendee in news.attendees
        if attendee.email
    ]


def _to_contact(news: News, recipient: str, now: datetime) -> Draft:
    is_coming = any(attendee.state is AttendeeState.CONFIRMED for attendee in news.attendees)
    has_calendar = is_coming and news.occasion is not Occasion.CANCELLED
    entries = [entry(news.training, lesson) for lesson in news.training.lessons]
    calendar = _published(news.training, entries, now) if has_calendar else None
    return _draft(
        news,
        recipient,
        subject_kind="registration",
        subject_id=news.registration.public_id,
        key_part=f"{news.registration.public_id}{news.slot}",
        people=news.attendees,
        reader="contact",
        calendar=calendar,
        calendar_method="PUBLISH",
    )


def _to_attendee(news: News, attendee: Attendee, recipient: str, now: datetime) -> Draft:
    calendar, method = _calendar_for(news, attendee, recipient, now)
    return _draft(
        news,
        recipient,
        subject_kind="attendee",
        subject_id=attendee.public_id,
        key_part=attendee.public_id,
        people=[attendee],
        reader="attendee",
        calendar=calendar,
        calendar_method=method,
    )


def _draft(  # noqa: PLR0913 - a letter has an occasion, a subject, a reader and a calendar
    news: News,
    recipient: str,
    *,
    subject_kind: str,
    subject_id: str,
    key_part: str,
    people: Sequence[Attendee],
    reader: str,
    calendar: bytes | None,
    calendar_method: str,
) -> Draft:
    mail = letters.write(
        f"registrations/mail/{news.occasion}",
        recipient=recipient,
        language=news.registration.language,
        calendar=calendar,
        calendar_method=calendar_method,
        training=news.training,
        registration=news.registration,
        people=[(one, news.tickets.get(one.id), news.positions.get(one.id)) for one in people],
        reader=reader,
        reason=news.reason,
        ticket_url=ticket_url,
        manage_url=manage_url(news.registration) if reader == "contact" else "",
        training_url=absolute_url("trainings.show", training_id=news.training.public_id),
    )
    return Draft(
        mail=mail,
        key=f"{news.occasion}:{key_part}:{sealing.lookup(recipient, 'email')[:16]}",
        kind=_kind(news),
        organisation_id=news.registration.organisation_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
    )


def _kind(news: News) -> str:
    if news.occasion is Occasion.SIGNED_UP:
        return f"registration_{news.registration.state}"
    return f"registration_{news.occasion}"


def _calendar_for(
    news: News, attendee: Attendee, recipient: str, now: datetime
) -> tuple[bytes | None, str]:
    """Invite to the one lesson, or send all lessons as a calendar; take the invitation back."""
    training = news.training
    zone = settings().default_timezone
    entries = [
        entry(training, lesson, recipient=recipient, name=attendee.name, channel=attendee.channel)
        for lesson in training.lessons
    ]
    is_single = len(entries) == 1
    if news.occasion is Occasion.CANCELLED and attendee.confirmed_at is not None and is_single:
        return calendars.cancel(entries[0], timezone=zone, now=now), "CANCEL"
    if attendee.state is not AttendeeState.CONFIRMED:
        return None, "PUBLISH"
    if is_single:
        return calendars.request(entries[0], timezone=zone, now=now), "REQUEST"
    return _published(training, entries, now), "PUBLISH"


def _published(training: Training, entries: list[calendars.Entry], now: datetime) -> bytes:
    zone = settings().default_timezone
    return calendars.publish(entries, name=training.title, timezone=zone, now=now)


def entry(
    training: Training,
    lesson: Lesson,
    *,
    recipient: str | None = None,
    name: str = "",
    channel: Channel | None = None,
) -> calendars.Entry:
    """Give the calendar entry of one lesson, for one guest or for nobody in particular."""
    place = "" if training.venue is None else f"{training.venue.name} {training.venue.address}"
    return calendars.Entry(
        uid=f"{lesson.public_id}@{settings().public_host}",
        sequence=training.calendar_sequence,
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        summary=" · ".join(part for part in (training.title, lesson.title) if part),
        description=training.summary,
        location="" if channel is Channel.ONLINE else place,
        url=absolute_url("trainings.show", training_id=training.public_id),
        organiser_name=training.organisation.name,
        organiser_email=settings().mail_from,
        updated_at=training.moved_at or training.published_at or training.created_at,
        alarm_minutes=60,
        attendee_email=recipient,
        attendee_name=name,
    )
