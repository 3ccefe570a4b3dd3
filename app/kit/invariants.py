"""What must hold in a live database: the shape of a violation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One row that breaks a rule; `row` names table and key, `detail` says what was found."""

    rule: str
    row: str
    detail: str


Check = Callable[[datetime], Iterator[Violation]]
"""A check is given the present instant and yields what it finds; a room lists its own as CHECKS."""


def init_app(app: Flask, checks: Sequence[Check]) -> None:
    """Hand the checks of all rooms to the application."""
    app.extensions["guanbiao.invariants"] = tuple(checks)


def violations(app: Flask, *, now: datetime) -> list[Violation]:
    """Run every check of every room and give what they found."""
    checks: Sequence[Check] = app.extensions["guanbiao.invariants"]
    return [violation for check in checks for violation in check(now)]
