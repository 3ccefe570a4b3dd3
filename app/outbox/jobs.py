"""Carries the letters that are due to the mail server."""

from __future__ import annotations

import logging

from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.leases import Unit
from app.kit.mail import DeliveryFailed, Postman, build, postman
from app.kit.settings import settings
from app.outbox import commands, queries
from app.outbox.rules import Claim

BATCH = 200
log = logging.getLogger(__name__)


def deliver_due_letters(unit: Unit) -> None:
    """Send what is due, each letter by claim, conversation, mark; stop when nobody answers.

    Claims are made through `unit` and end when its caller may no longer act. What came of a
    conversation is noted under the letter's own fence, so that a server's yes is not forgotten.
    """
    running = settings()
    carrier = postman(running.mail_url, running.instance_dir, hostname=running.public_host)
    for letter_id in queries.list_due(now=clock.now(), limit=BATCH):
        if not _deliver(letter_id, carrier, unit):
            return


def _deliver(letter_id: int, carrier: Postman, unit: Unit) -> bool:
    """Send one letter if it is still free; False when other letters would fare no better."""
    claim = unit(lambda: commands.claim(letter_id, now=clock.now()))
    if claim is None:
        return True
    try:
        _send(claim, carrier)
    except DeliveryFailed as error:
        failure = error
        log.warning("letter %s not taken: %s", claim.message_id, failure.reason)
        unit_of_work(lambda: commands.mark_failed(claim, failure, now=clock.now()))
        return not failure.is_unreachable
    unit_of_work(lambda: commands.mark_sent(claim, now=clock.now()))
    return True


def _send(claim: Claim, carrier: Postman) -> None:
    message = build(
        claim.mail,
        sender=settings().mail_from,
        sender_name=claim.sender_name,
        message_id=claim.message_id,
        sent_at=claim.created_at,
    )
    carrier.deliver(message)
