"""How far a programme has come: only a training with a closed record counts as held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.trainings.models import Mode, TrainingState

_HELD = frozenset({TrainingState.CLOSED, TrainingState.ACCEPTED})
_ANNOUNCED = _HELD | {TrainingState.PUBLISHED, TrainingState.HELD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """So many trainings of a programme in one state and mode."""

    state: TrainingState
    mode: Mode
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Trainings (场次) of a programme against its targets; mixed ones count as on site."""

    target: int
    target_onsite: int
    planned: int  # announced, held ones included, cancelled ones not
    planned_onsite: int
    held: int  # with a closed record
    held_onsite: int
    to_close: int  # over, the record still open
    cancelled: int

    @property
    def remaining(self) -> int:
        """Trainings still to be held."""
        return max(0, self.target - self.held)

    @property
    def remaining_onsite(self) -> int:
        return max(0, self.target_onsite - self.held_onsite)

    @property
    def unplanned(self) -> int:
        """Trainings that are promised and not even announced; the forecast's gap."""
        return max(0, self.target - self.planned)

    @property
    def unplanned_onsite(self) -> int:
        return max(0, self.target_onsite - self.planned_onsite)

    @property
    def onsite_percent(self) -> int | None:
        """Share of on-site ones among those held, in percent; None before the first."""
        return round(100 * self.held_onsite / self.held) if self.held else None

    @property
    def is_on_course(self) -> bool:
        """Whether what is announced fulfils the targets once it is held."""
        return self.unplanned == 0 and self.unplanned_onsite == 0


def progress_of(target: int, target_onsite: int, rows: Iterable[Counted]) -> Progress:
    """Count trainings against targets."""
    rows = list(rows)

    def count(states: frozenset[TrainingState], *, onsite: bool = False) -> int:
        return sum(
            row.count
            for row in rows
            if row.state in states and not (onsite and row.mode is Mode.LIVESTREAM)
        )

    return Progress(
        target=target,
        target_onsite=target_onsite,
        planned=count(_ANNOUNCED),
        planned_onsite=count(_ANNOUNCED, onsite=True),
        held=count(_HELD),
        held_onsite=count(_HELD, onsite=True),
        to_close=count(frozenset({TrainingState.HELD})),
        cancelled=count(frozenset({TrainingState.CANCELLED})),
    )
