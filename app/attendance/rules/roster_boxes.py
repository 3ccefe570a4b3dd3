"""What a phone holds about people: boxes that only their own code opens. docs/desks.md tells it.

Outside a box stands nothing readable of a person; look-ups and keys are of one lesson only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.kit.boxes import BoxKey, box_key, close_box

TICKET = "guanbiao/roster/ticket"
GROUP = "guanbiao/roster/group"
SEARCH = "guanbiao/roster/search"
IN_GROUP, IN_SEARCH = "group", "search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a desk is shown about a person whose code it has."""

    attendee: str  # public id
    name: str
    enterprise: str
    phone_masked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box and the look-up by which it is found."""

    lookup: str
    content: str


def ticket_box(lesson: str, token_id: str, person: Known) -> Box:
    """Close a person into the box that their ticket opens at a lesson (public id)."""
    made = box_key(token_id, place=lesson, info=TICKET)
    plain = [person.name, person.enterprise, person.phone_masked]
    return _box(made, plain, person.attendee)


def group_box(lesson: str, registration: str, people: Sequence[Known]) -> Box:
    """Close the people of a registration (public id) into the box that its group code opens."""
    made = box_key(registration, place=lesson, info=GROUP)
    plain = {
        "e": people[0].enterprise,
        "a": [[one.attendee, one.name, one.phone_masked] for one in people],
    }
    return _box(made, plain, IN_GROUP)


def search_box(lesson: str, desk_token: str, people: Sequence[Known]) -> str:
    """Close everybody into the box of a desk that may search without network."""
    made = box_key(desk_token, place=lesson, info=SEARCH)
    plain = [[one.attendee, one.name, one.enterprise, one.phone_masked] for one in people]
    return _box(made, plain, IN_SEARCH).content


def ticket_lookup(lesson: str, token_id: str) -> str:
    """Give the look-up of a ticket at a lesson: all that a phone holds of a revoked one."""
    return box_key(token_id, place=lesson, info=TICKET).lookup


def _box(made: BoxKey, plain: Any, context: str) -> Box:
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return Box(lookup=made.lookup, content=close_box(made.key, text, context=context))
