"""People at the door without a ticket: sealed boxes in, one answer each out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, ValidationError

from app.attendance.commands.walk_ins import MOST_WALK_INS, Arrival, Visitor, WalkIn
from app.attendance.rules.wording import MESSAGES
from app.attendance.schemas.door import AttendeeOut, Uid, attendee_out
from app.enterprises.schemas import EnterpriseName, JobTitle, PersonName, Phone, Uscc
from app.kit import letterbox
from app.kit.api import Fault
from app.kit.boxes import BoxClosed
from app.kit.errors import AppError, FieldFault, Invalid
from app.kit.forms import Input, faults_of
from app.kit.texts import lazy as _
from app.registrations import notices
from app.registrations.rules import alone
from app.registrations.schemas import TicketOut

LONGEST_BOX = 4_000
UNREADABLE = FieldFault(
    field="box", code="box_closed", message=_("登记内容无法解密，请重新登记此人")
)
REFUSED = _("未能登记，请按提示修改")


class WalkInIn(Input):
    """One visitor; who it is lies in `box`, sealed for the letterbox of the roster."""

    uid: Uid
    occurred_at: AwareDatetime
    sequence: Annotated[int, Field(ge=0, le=2_147_483_647)] | None = None
    kid: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,8}$")]
    box: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=LONGEST_BOX)]


class WalkInsIn(Input):
    """Up to 50 visitors of one lesson."""

    walk_ins: Annotated[list[WalkInIn], Field(min_length=1, max_length=MOST_WALK_INS)]


class VisitorIn(Input):
    """What is in a box; they were told face to face what for, and agreed."""

    uscc: Uscc
    enterprise: EnterpriseName
    name: PersonName
    phone: Phone
    job_title: JobTitle = ""
    direction: Literal["in"]
    consent: Literal[True]


class WalkInOut(BaseModel):
    """The answer to one visitor; a refusal wrote nothing, and `errors` says what to change.

    `ticket` is there for whoever is new: who was signed up before has theirs.
    """

    uid: str
    verdict: Literal["admitted", "already_in", "not_confirmed", "refused"]
    replayed: bool
    attendee: AttendeeOut | None
    ticket: TicketOut | None
    first_in_at: datetime | None
    first_in_desk: str | None
    conflict: bool
    errors: list[Fault]
    message: str


class WalkInsOut(BaseModel):
    """The answers in the order of the visitors, and the server's time."""

    results: list[WalkInOut]
    server_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One visitor out of their box, or why they could not be read."""

    uid: str
    item: WalkIn | None = None
    faults: Sequence[FieldFault] = ()


def opened(sent: WalkInIn) -> Opened:
    """Open a box and read what is in it, as a sign-up is read."""
    try:
        plain = letterbox.take_out(sent.kid, sent.box, context=sent.uid)
        value = VisitorIn.model_validate_json(plain)
    except BoxClosed:
        return Opened(uid=sent.uid, faults=(UNREADABLE,))
    except ValidationError as error:
        return Opened(uid=sent.uid, faults=faults_of(error))
    at = sent.occurred_at.astimezone(UTC).isoformat()
    payload = "\n".join((at, str(sent.sequence), sent.kid, sent.box))
    item = WalkIn(
        uid=sent.uid,
        occurred_at=sent.occurred_at,
        sequence=sent.sequence,
        payload=payload.encode(),
        visitor=Visitor(
            uscc=value.uscc,
            enterprise=value.enterprise,
            name=value.name,
            phone=value.phone,
            job_title=value.job_title,
        ),
    )
    return Opened(uid=sent.uid, item=item)


def arrival_out(arrival: Arrival) -> WalkInOut:
    """Write what became of a visitor."""
    outcome, ticket = arrival.outcome, arrival.ticket
    return WalkInOut.model_validate(
        {
            "uid": outcome.uid,
            "verdict": outcome.verdict,
            "replayed": outcome.is_replayed,
            "attendee": None if outcome.card is None else attendee_out(outcome.card),
            "ticket": None
            if ticket is None
            else TicketOut(code=notices.ticket_code(ticket), url=notices.ticket_url(ticket)),
            "first_in_at": outcome.first_in_at,
            "first_in_desk": outcome.first_in_desk or None,
            "conflict": outcome.is_conflict,
            "errors": [],
            "message": str(MESSAGES[outcome.verdict]),
        }
    )


def again(body: str, *, is_replayed: bool) -> WalkInOut:
    """Read a kept answer; its sentence is said in the language of whoever asks now."""
    kept = WalkInOut.model_validate_json(body)
    if not is_replayed:
        return kept
    message = str(MESSAGES[kept.verdict])
    return kept.model_copy(update={"replayed": True, "message": message})


def refused_out(uid: str, refusal: AppError) -> WalkInOut:
    """Write why a visitor was not registered."""
    faults = [
        Fault(field=one.field, code=one.code, message=str(one.message))
        for one in alone(refusal.faults)
    ]
    return WalkInOut(
        uid=uid,
        verdict="refused",
        replayed=False,
        attendee=None,
        ticket=None,
        first_in_at=None,
        first_in_desk=None,
        conflict=False,
        errors=faults,
        message=str(refusal.text),
    )


def unread(one: Opened) -> Invalid:
    """Give the refusal of what could not be read."""
    return Invalid(REFUSED, faults=tuple(one.faults))
