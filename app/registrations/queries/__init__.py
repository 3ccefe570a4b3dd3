"""Every SELECT on registrations, scoped to an organisation, a manage token or a ticket."""

from app.registrations.queries.due import list_to_promote, list_to_tell
from app.registrations.queries.lists import (
    EnterpriseRow,
    RegistrationFilter,
    Totals,
    export_rows,
    list_enterprises,
    list_registrations,
    list_waiting,
    totals_of,
)
from app.registrations.queries.loaders import (
    Known,
    attendee_in,
    get_managed,
    get_mode,
    get_registration,
    get_ticket,
    known_in,
    list_whole,
    live_ticket,
    positions,
    registration_of,
    training_of,
    waiting_list,
)

__all__ = [
    "EnterpriseRow",
    "Known",
    "RegistrationFilter",
    "Totals",
    "attendee_in",
    "export_rows",
    "get_managed",
    "get_mode",
    "get_registration",
    "get_ticket",
    "known_in",
    "list_enterprises",
    "list_registrations",
    "list_to_promote",
    "list_to_tell",
    "list_waiting",
    "list_whole",
    "live_ticket",
    "positions",
    "registration_of",
    "totals_of",
    "training_of",
    "waiting_list",
]
