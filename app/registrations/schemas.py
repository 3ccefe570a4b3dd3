"""What people and programs send to sign up and to change a registration, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from app.enterprises.schemas import ContactIn, Email, EnterpriseIn, JobTitle, PersonName, Phone
from app.kit.forms import Input, refuse
from app.kit.texts import lazy as _
from app.registrations import notices, queries
from app.registrations.models import (
    Attendee,
    AttendeeState,
    IfFull,
    Registration,
    RegistrationState,
)
from app.registrations.rules import (
    MAXIMUM_ATTENDEES,
    POLICY_VERSION,
    PURPOSE,
    Consent,
    NewAttendee,
    SignUp,
)
from app.trainings.models import Channel


def _as_list(value: Any) -> Any:
    """One ticked box arrives as a text, several as a list."""
    return [value] if isinstance(value, str) else value


def _version(text: str) -> str:
    if text != POLICY_VERSION:
        raise refuse("policy_outdated", _("个人信息处理规则已更新，请重新阅读并同意"))
    return text


def _purposes(purposes: list[str]) -> list[str]:
    if PURPOSE not in purposes:
        raise refuse("consent_missing", _("请阅读并同意个人信息处理规则，否则无法报名"))
    if set(purposes) != {PURPOSE}:
        raise refuse("purpose_unknown", _("同意的用途不在处理规则之内，请删除"))
    return [PURPOSE]


Purposes = Annotated[
    list[Annotated[str, Field(max_length=40)]],
    Field(max_length=10, validate_default=True),
    BeforeValidator(_as_list),
    AfterValidator(_purposes),
]


class AttendeeIn(Input):
    """A person to be signed up."""

    name: PersonName
    phone: Phone
    email: Email | None = None
    job_title: JobTitle | None = None
    channel: Channel

    @property
    def value(self) -> NewAttendee:
        return NewAttendee(
            name=self.name,
            phone=self.phone,
            email=self.email,
            job_title=self.job_title or "",
            channel=self.channel,
        )


class ConsentIn(Input):
    """Explicit consent to the privacy rules in their present version."""

    policy_version: Annotated[str, Field(max_length=12), AfterValidator(_version)]
    purposes: Purposes = Field(default_factory=list)

    @property
    def value(self) -> Consent:
        return Consent(policy_version=self.policy_version, purposes=tuple(self.purposes))


class SignUpIn(Input):
    """A sign-up of an enterprise for one training."""

    enterprise: EnterpriseIn
    contact: ContactIn
    attendees: Annotated[list[AttendeeIn], Field(min_length=1, max_length=MAXIMUM_ATTENDEES)]
    if_full: IfFull = IfFull.WAITLIST_REST
    consent: ConsentIn

    def value(self, language: str) -> SignUp:
        """Give what commands take; letters will be in `language`."""
        return SignUp(
            enterprise=self.enterprise.value,
            contact=self.contact.value,
            attendees=tuple(attendee.value for attendee in self.attendees),
            if_full=self.if_full,
            consent=self.consent.value,
            language=language,
        )


class AttendeeChangeIn(Input):
    """What shall be different about an attendee; what is not named stays."""

    name: PersonName | None = None
    phone: Phone | None = None
    email: Email | None = None
    job_title: JobTitle | None = None


class PersonIn(Input):
    """An attendee as the form for one person shows it."""

    name: PersonName
    phone: Phone
    email: Email | None = None
    job_title: JobTitle | None = None


class RegistrationChangeIn(Input):
    """What shall be different about a registration."""

    contact: ContactIn


class TicketOut(BaseModel):
    """A ticket: its code is what the QR says, inside its address."""

    code: str
    url: str


class AttendeeOut(BaseModel):
    """An attendee; `ticket` is null for those who may only read."""

    id: str
    name: str
    channel: Channel
    state: AttendeeState
    waitlist_position: int | None
    ticket: TicketOut | None


class RegistrationOut(BaseModel):
    """A registration; `manage_url` is null for those who may only read."""

    id: str
    training_id: str
    state: RegistrationState
    manage_url: str | None
    attendees: list[AttendeeOut]


def registration_out(
    registration: Registration,
    *,
    training_id: str,
    positions: Mapping[int, int],
    attendees: Sequence[Attendee] | None = None,
    with_credentials: bool = True,
) -> RegistrationOut:
    """Describe a registration with loaded attendees and tickets."""
    people = registration.attendees if attendees is None else attendees
    return RegistrationOut(
        id=registration.public_id,
        training_id=training_id,
        state=registration.state,
        manage_url=notices.manage_url(registration) if with_credentials else None,
        attendees=[
            attendee_out(one, position=positions.get(one.id), with_credentials=with_credentials)
            for one in people
        ],
    )


def attendee_out(
    attendee: Attendee, *, position: int | None, with_credentials: bool = True
) -> AttendeeOut:
    """Describe an attendee with loaded tickets."""
    ticket = queries.live_ticket(attendee) if with_credentials else None
    return AttendeeOut(
        id=attendee.public_id,
        name=attendee.name,
        channel=attendee.channel,
        state=attendee.state,
        waitlist_position=position,
        ticket=None
        if ticket is None
        else TicketOut(code=notices.ticket_code(ticket), url=notices.ticket_url(ticket)),
    )
