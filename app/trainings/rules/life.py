"""The life of a training: which state may follow which."""

from __future__ import annotations

from app.trainings.errors import MoveNotAllowed
from app.trainings.models import TrainingState as State

_FOLLOWING: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.PUBLISHED, State.CANCELLED}),
    State.PUBLISHED: frozenset({State.HELD, State.CANCELLED}),
    State.HELD: frozenset({State.CLOSED}),
    State.CLOSED: frozenset({State.ACCEPTED, State.HELD}),  # back only with a reason
    State.ACCEPTED: frozenset(),
    State.CANCELLED: frozenset(),
}
PUBLIC_STATES = (State.PUBLISHED, State.HELD, State.CLOSED, State.ACCEPTED, State.CANCELLED)


def allowed_moves(state: State) -> frozenset[State]:
    """Give the states that may follow `state`."""
    return _FOLLOWING[state]


def ensure_move(state: State, target: State) -> None:
    """Raise MoveNotAllowed unless `target` may follow `state`."""
    if target not in _FOLLOWING[state]:
        raise MoveNotAllowed
