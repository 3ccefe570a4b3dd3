"""Sign-ups for tests of this room: what is not said gets a sensible value."""

from __future__ import annotations

import itertools

from app.audit.rules import PUBLIC
from app.enterprises.rules import ContactDetails, EnterpriseDetails
from app.kit.database import unit_of_work
from app.registrations import commands
from app.registrations.models import IfFull
from app.registrations.rules import Consent, NewAttendee, SignUp
from app.trainings.models import Channel
from tests.conftest import NOON
from tests.makers import USCCS

_phones = itertools.count(13_900_000_000)


def somebody(channel: Channel = Channel.ONSITE, **values: object) -> NewAttendee:
    return NewAttendee(
        **{"name": "李示例", "phone": f"+86{next(_phones)}", "channel": channel} | values
    )


def sign_up(*people: NewAttendee, enterprise: int = 0, **values: object) -> SignUp:
    return SignUp(
        **{
            "enterprise": EnterpriseDetails(
                uscc=USCCS[enterprise], name="示例企业有限公司", city="440100"
            ),
            "contact": ContactDetails(
                name="张示例", phone="+8613800138000", email="zhang@example.com"
            ),
            "attendees": people or (somebody(),),
            "if_full": IfFull.WAITLIST_REST,
            "consent": Consent(policy_version="1", purposes=("registration",)),
        }
        | values
    )


def book(training, *people: NewAttendee, now=NOON, by=PUBLIC, is_staff=False, **values: object):
    details = sign_up(*people, **values)
    return unit_of_work(
        lambda: commands.register(training.public_id, details, now=now, by=by, is_staff=is_staff)
    )


def sent(number: int = 0, *, people: int = 1, **values: object) -> dict:
    """Give the JSON of a sign-up."""
    return {
        "enterprise": {"uscc": USCCS[number], "name": "示例企业有限公司", "city": "440100"},
        "contact": {"name": "张示例", "phone": "13800138000", "email": "zhang@example.com"},
        "attendees": [
            {"name": "李示例", "phone": str(next(_phones)), "channel": "onsite"}
            for _ in range(people)
        ],
        "consent": {"policy_version": "1", "purposes": ["registration"]},
    } | values
