"""What can be done with registrations, one function per intention; all run in a unit of work."""

from app.registrations.commands.at_door import register_at_door
from app.registrations.commands.decisions import approve, reject
from app.registrations.commands.leaving import cancel_attendee, cancel_registration
from app.registrations.commands.people import (
    add_attendee,
    change_attendee,
    change_contact,
)
from app.registrations.commands.promotion import promote
from app.registrations.commands.sign_up import Booking, register
from app.registrations.commands.telling import Telling, prepare_telling, tell

__all__ = [
    "Booking",
    "Telling",
    "add_attendee",
    "approve",
    "cancel_attendee",
    "cancel_registration",
    "change_attendee",
    "change_contact",
    "prepare_telling",
    "promote",
    "register",
    "register_at_door",
    "reject",
    "tell",
]
