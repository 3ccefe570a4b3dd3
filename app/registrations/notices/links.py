"""The addresses that open a registration or a ticket for whoever has them."""

from __future__ import annotations

from app.kit import tokens
from app.kit.settings import absolute_url
from app.registrations.models import Registration, Ticket


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


def group_code(registration: Registration) -> str:
    """Give the code by which all people of a registration are found at a desk."""
    return tokens.issue(tokens.Purpose.GROUP, registration.public_id)


def group_url(registration: Registration) -> str:
    """Give the address of a group's card: what its QR says."""
    return absolute_url("registrations.group", code=group_code(registration))
