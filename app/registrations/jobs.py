"""What the scheduler does about registrations."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from app.audit.rules import SYSTEM
from app.kit import clock, logs
from app.kit.database import unit_of_work
from app.kit.leases import LeaseLost, Unit
from app.registrations import commands, queries
from app.trainings import queries as trainings

log = logging.getLogger(__name__)


def promote_waiting(unit: Unit = unit_of_work, now: datetime | None = None) -> int:
    """Give free places to those who wait, also after a capacity was raised; how many moved up."""
    at = now or clock.now()

    def promote(training_id: str) -> int:
        return unit(lambda: commands.promote(training_id, now=at, by=SYSTEM))

    return _each(queries.list_to_promote(at), promote)


def tell_of_changes(unit: Unit = unit_of_work, now: datetime | None = None) -> int:
    """Write to everybody whose training was moved or called off; for how many trainings."""
    at = now or clock.now()

    def tell(training_id: str) -> int:
        telling = commands.prepare_telling(training_id, now=at)
        return 0 if telling is None else unit(lambda: int(commands.tell(telling, now=at)))

    return _each(trainings.list_untold(at), tell)


def _each(training_ids: Iterable[str], work: Callable[[str], int]) -> int:
    """Add up what `work` does; a training that fails is logged and leaves the others theirs."""
    done = 0
    for training_id in training_ids:
        try:
            done += work(training_id)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, it is said and the next one comes
            logs.failure(log, f"training {training_id}", error)
    return done
