"""Signs people up who stand at the door: the window of sign-up is over, the places still count."""

from __future__ import annotations

from datetime import datetime

from app.audit.rules import Actor
from app.registrations import rules
from app.registrations.commands.sign_up import Booking, book, hold
from app.registrations.rules import SignUp


def register_at_door(training_id: str, details: SignUp, *, now: datetime, by: Actor) -> Booking:
    """Register people who stand at the door; no sign-up window holds them, all else does.

    Raises what `register` raises; SignupClosed when the training is not published or held.
    """
    rules.ensure_distinct(details.attendees)
    training, all_fit = hold(training_id, details.attendees)
    rules.ensure_taking_place(training)
    return book(training, details, all_fit=all_fit, now=now, by=by)
