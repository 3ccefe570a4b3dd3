"""What the scheduler does about trainings."""

from __future__ import annotations

from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.leases import Unit
from app.trainings import commands, queries


def hold_trainings_that_are_over(unit: Unit = unit_of_work) -> int:
    """Note every published training whose last lesson has ended; gives how many there were."""
    now = clock.now()
    found = queries.list_to_hold(now)
    for training_id, organisation_id in found:
        unit(
            lambda t=training_id, o=organisation_id: commands.hold(t, organisation_id=o, now=now)  # type: ignore[misc]  # bound per turn
        )
    return len(found)
