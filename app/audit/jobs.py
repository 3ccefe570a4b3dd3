"""Seals what was done since the last tick."""

from __future__ import annotations

from app.audit import commands
from app.kit.leases import Unit

BATCH = 500


def seal_new_entries(unit: Unit) -> None:
    """Bind new entries into the chain, batch by batch, so that no unit of work is long."""
    while unit(lambda: commands.seal(BATCH)) == BATCH:
        pass
