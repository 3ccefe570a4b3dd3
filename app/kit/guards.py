"""Every route bears exactly one guard; the application refuses to start otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])

ATTRIBUTE = "guard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Who may come in: a kind (`public`, `requires`, `api_scope`, …) and what it asks for."""

    kind: str
    needs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(self.needs)})" if self.needs else self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the policy: a route, a method, its guard (None is a fault)."""

    rule: str
    method: str
    endpoint: str
    guard: Guard | None


class UnguardedRoute(Exception):
    """A route has no guard, or two."""


def mark(view: View, guard: Guard) -> View:
    """Put `guard` on `view`; a second guard on the same view is a mistake."""
    if getattr(view, ATTRIBUTE, None) is not None:
        message = f"{view.__name__} bears two guards"
        raise UnguardedRoute(message)
    setattr(view, ATTRIBUTE, guard)
    return view


def public(view: View) -> View:
    """Let everybody in."""
    return mark(view, Guard(kind="public"))


def policy(app: Flask) -> Iterator[Entry]:
    """List every route × method with its guard, in the order of the routes."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        guard = getattr(app.view_functions[rule.endpoint], ATTRIBUTE, None)
        if rule.endpoint == "static":
            guard = Guard(kind="public")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Entry(rule=rule.rule, method=method, endpoint=rule.endpoint, guard=guard)


def refuse_unguarded(app: Flask) -> None:
    """Raise UnguardedRoute, naming every route without a guard."""
    missing = [f"{entry.method} {entry.rule}" for entry in policy(app) if entry.guard is None]
    if missing:
        message = "routes without a guard: " + ", ".join(missing)
        raise UnguardedRoute(message)
