"""The enterprises of the story: who they are, whom they send, and how they sign up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.audit.rules import PUBLIC, Actor
from app.enterprises.rules import ContactDetails, EnterpriseDetails
from app.kit import regions
from app.registrations import commands as registrations
from app.registrations.models import IfFull
from app.registrations.rules import POLICY_VERSION, PURPOSE, Consent, NewAttendee, SignUp
from app.seeds.names import Company, Human
from app.seeds.stage import Stage
from app.trainings.models import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """An enterprise with its handler and its people.

    Whoever comes first comes with everybody, so that rosters grow in whole groups.
    """

    company: Company
    handler: Human
    people: tuple[Human, ...]


def invite(stage: Stage, city: str, people: int) -> Guest:
    """Make an enterprise of a city with so many people on its roster."""
    found = regions.city(city)
    name = found.name("zh") if found else city
    return Guest(
        company=stage.cast.company(city, name),
        handler=stage.cast.human(),
        people=tuple(stage.cast.human() for _ in range(people)),
    )


def sign_up(
    training: str,
    guest: Guest,
    people: Sequence[Human],
    channel: Channel,
    *,
    now: datetime,
    if_full: IfFull = IfFull.WAITLIST_REST,
    language: str = "zh",
    mailed: int = 1,
) -> registrations.Booking:
    """Register people of an enterprise; the first `mailed` of them give an e-mail address."""
    company, handler = guest.company, guest.handler
    details = SignUp(
        enterprise=EnterpriseDetails(
            uscc=company.uscc,
            name=company.name,
            city=company.city,
            industry=company.industry,
            employees=company.employees,
            revenue_10k_yuan=company.revenue_10k_yuan,
        ),
        contact=ContactDetails(name=handler.name, phone=handler.phone, email=handler.email),
        attendees=tuple(
            NewAttendee(
                name=human.name,
                phone=human.phone,
                email=human.email if number < mailed else None,
                job_title=human.job_title,
                channel=channel,
            )
            for number, human in enumerate(people)
        ),
        if_full=if_full,
        consent=Consent(policy_version=POLICY_VERSION, purposes=(PURPOSE,)),
        language=language,
    )
    return registrations.register(training, details, now=now, by=PUBLIC)


def handler_of(registration: str) -> Actor:
    """Name the handler who holds a registration's link."""
    return Actor(kind="contact", id=registration)
