"""Reads what was scanned or typed: a ticket, the card of a group, or nothing that we issued."""

from __future__ import annotations

from dataclasses import dataclass

from app.attendance.rules.verdicts import code_in
from app.kit import tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The id of the ticket, or of the registration whose card it is; a genuine one, or None."""

    ticket: str | None = None
    group: str | None = None


def read_code(text: str) -> Code:
    """Read a code as what it was issued for: a ticket is never a group's card, nor the reverse."""
    code = code_in(text)
    ticket = tokens.read(code, tokens.Purpose.TICKET)
    if ticket is not None:
        return Code(ticket=ticket)
    return Code(group=tokens.read(code, tokens.Purpose.GROUP))
