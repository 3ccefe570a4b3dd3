"""Who acts, and how entries are bound into a chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever does something: staff, an API token, a contact, a desk, the public, the system."""

    kind: str
    id: str
    organisation_id: int | None = None


PUBLIC = Actor(kind="public", id="-")
SYSTEM = Actor(kind="system", id="-")


def chained(previous: str, values: Mapping[str, Any]) -> str:
    """Give the hash that binds `values` to everything before them (SHA-256, hex)."""
    canonical = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()
