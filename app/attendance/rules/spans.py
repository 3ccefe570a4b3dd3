"""Stretches of time from several sources into their union: no minute counts twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.attendance.models import FactKind

NOTHING = timedelta()
Span = tuple[datetime, datetime]


class Stretch(NamedTuple):
    """From when until when a source saw somebody."""

    kind: FactKind
    begins: datetime
    ends: datetime


def covered(
    stretches: Sequence[Stretch], strength: Sequence[FactKind], begins: datetime, ends: datetime
) -> list[Stretch]:
    """Give the union within `begins` and `ends`: disjoint, in order of time.

    Each piece is named after the strongest source that saw it; other sources are left out.
    """
    taken: list[Span] = []
    pieces: list[Stretch] = []
    for kind in strength:
        own = merged(
            (max(one.begins, begins), min(one.ends, ends)) for one in stretches if one.kind == kind
        )
        if own:
            left = without(own, taken)
            pieces += [Stretch(kind, *span) for span in left]
            taken = merged([*taken, *left])
    return sorted(pieces, key=_by_begin)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Give the union of spans, in order; touching ones become one, empty ones vanish."""
    joined: list[Span] = []
    for begins, ends in sorted(span for span in spans if span[0] < span[1]):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((begins, ends))
    return joined


def without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """Give what of `spans` lies outside `taken`; both are merged."""
    left: list[Span] = []
    first = 0
    for begins, ends in spans:
        at = begins
        while first < len(taken) and taken[first][1] <= begins:
            first += 1
        for other in taken[first:]:
            if other[0] >= ends:
                break
            if other[0] > at:
                left.append((at, other[0]))
            at = max(at, other[1])
        if at < ends:
            left.append((at, ends))
    return left


def length(stretches: Iterable[Stretch]) -> timedelta:
    """Add up disjoint stretches."""
    return sum((one.ends - one.begins for one in stretches), NOTHING)


def whole_minutes(span: timedelta) -> int:
    """Give the whole minutes of a span."""
    return int(span.total_seconds() // 60)


def _by_begin(stretch: Stretch) -> datetime:
    return stretch.begins
