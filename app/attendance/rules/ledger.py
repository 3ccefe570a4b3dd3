"""What of a fact is bound into its lesson's chain: all that says what was seen or decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

BOUND = (
    "uid",
    "lesson_id",
    "attendee_id",
    "desk_id",
    "staff_id",
    "kind",
    "direction",
    "verdict",
    "credit",
    "occurred_at",
    "effective_at",
    "ends_at",
    "received_at",
    "device_sequence",
    "flags",
    "reason",
    "target_uid",
    "code_hash",
    "payload_hash",
    "answer",
    "sequence",
)


def chain_values(fact: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values of a fact that its chain hash covers, equal on every database."""
    return {name: _canonical(fact[name]) for name in BOUND}


def _canonical(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value
