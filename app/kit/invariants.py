"""What must hold in a live database: the shape of a violation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One row that breaks a rule; `row` names table and key, `detail` says what was found."""

    rule: str
    row: str
    detail: str


Check = Callable[[datetime], Iterator[Violation]]
"""A check is given the present instant and yields what it finds; a room lists its own as CHECKS."""
