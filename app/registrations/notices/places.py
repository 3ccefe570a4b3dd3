"""What enterprises and their people are told about their places, as letters for the outbox."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.kit import calendars, letters, sealing
from app.kit.settings import absolute_url
from app.outbox.rules import Draft
from app.registrations.models import Attendee, AttendeeState, Registration, Ticket
from app.registrations.notices.entries import for_guest, invited, published, taken_back
from app.registrations.notices.links import group_url, manage_url, ticket_url
from app.registrations.rules import has_group_card
from app.trainings.exports import entries_of
from app.trainings.models import Training


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


def drafts(news: News, *, now: datetime) -> list[Draft]:
    """Write to the contact about all of them, and to each attendee with an address about theirs."""
    address = news.registration.contact_email
    with letters.speaking(news.registration.language):
        entries = list(entries_of(news.training))
        to_contact = [_to_contact(news, address, entries)] if address else []
        return to_contact + [
            _to_attendee(news, attendee, entries, now)
            for attendee in news.attendees
            if attendee.email
        ]


def _to_contact(news: News, recipient: str, entries: list[calendars.Entry]) -> Draft:
    is_coming = any(attendee.state is AttendeeState.CONFIRMED for attendee in news.attendees)
    is_invited = any((one.email or "").casefold() == recipient.casefold() for one in news.attendees)
    has_calendar = is_coming and not is_invited and news.occasion is not Occasion.CANCELLED
    calendar = published(entries, news.training.title) if has_calendar else None
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


def _to_attendee(
    news: News, attendee: Attendee, entries: list[calendars.Entry], now: datetime
) -> Draft:
    recipient = attendee.email or ""
    own = [
        for_guest(entry, attendee, news.tickets.get(attendee.id), recipient) for entry in entries
    ]
    calendar, method = _calendar_for(news, attendee, own, now)
    return _draft(
        news,
        recipient,
        subject_kind="attendee",
        subject_id=attendee.public_id,
        key_part=_attendee_key(news, attendee),
        people=[attendee],
        reader="attendee",
        calendar=calendar,
        calendar_method=method,
    )


def _attendee_key(news: News, attendee: Attendee) -> str:
    """Name the occasion: one is promoted or cancelled once, but a place is handed on repeatedly."""
    handed_on = news.slot if news.occasion is Occasion.REPLACED else ""
    return f"{attendee.public_id}{handed_on}"


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
        group_url=_group_url(news) if reader == "contact" else "",
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


def _group_url(news: News) -> str:
    return group_url(news.registration) if has_group_card(news.attendees) else ""


def _kind(news: News) -> str:
    if news.occasion is Occasion.SIGNED_UP:
        return f"registration_{news.registration.state}"
    return f"registration_{news.occasion}"


def _calendar_for(
    news: News, attendee: Attendee, entries: list[calendars.Entry], now: datetime
) -> tuple[bytes | None, str]:
    """Invite to every lesson; take back what was sent."""
    if news.occasion is Occasion.CANCELLED and attendee.confirmed_at is not None:
        return taken_back(map(_gone, entries), now=now), "CANCEL"
    if attendee.state is not AttendeeState.CONFIRMED:
        return None, "PUBLISH"
    return invited(entries, now=now), "REQUEST"


def _gone(entry: calendars.Entry) -> calendars.Entry:
    return dataclasses.replace(entry, sequence=entry.sequence + 1, status="cancelled")
