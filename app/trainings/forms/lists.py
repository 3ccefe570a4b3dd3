"""The filters of lists, from a query string."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError

from app.kit.forms import Input
from app.kit.pages import MAXIMUM_SIZE, SIZE
from app.trainings.models import Mode, TrainingState
from app.trainings.queries import TrainingFilter
from app.trainings.rules import Status

EARLIEST, LATEST = date(1949, 10, 1), date(2999, 12, 31)
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class ListQuery(Input):
    """The filters of GET /api/v1/trainings; dates are days of the organisation's zone."""

    state: TrainingState | None = None
    status: Status | None = None
    mode: Mode | None = None
    city: str = Field(default="", max_length=6)
    cluster: str = Field(default="", max_length=24)
    course: str = Field(default="", max_length=120)
    programme: str = Field(default="", max_length=26)
    since: date | None = Field(default=None, alias="from", ge=EARLIEST, le=LATEST)
    until: date | None = Field(
        default=None, alias="to", ge=EARLIEST, le=LATEST, description="the last day, included"
    )
    page: int = Field(default=1, ge=1, le=100_000)
    page_size: int = Field(default=SIZE, ge=1, le=MAXIMUM_SIZE)


def narrowed(query: ListQuery, zone: ZoneInfo) -> TrainingFilter:
    """Give the filter of a query."""
    return TrainingFilter(
        city=query.city,
        mode=query.mode,
        cluster=query.cluster,
        course=query.course,
        programme=query.programme,
        status=query.status,
        state=query.state,
        since=None if query.since is None else _midnight(query.since, zone),
        until=None if query.until is None else _after(query.until, zone),
    )


def read_filter(values: Mapping[str, str], zone: ZoneInfo) -> TrainingFilter:
    """Read the filter of a page's address; a value that means nothing is passed over."""
    known: dict[str, object] = {}
    for name in ("status", "mode", "city", "cluster", "course", "programme"):
        try:
            query = ListQuery.model_validate_strings({name: values.get(name, "")})
        except ValidationError:
            continue
        known[name] = getattr(query, name)
    since, until = month_of(values.get("month", ""), zone) or (None, None)
    words = values.get("q", "").strip()[:60]
    return TrainingFilter(**known, since=since, until=until, words=words)  # type: ignore[arg-type]  # typed by ListQuery


def month_of(text: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """Give the first instant of a month (`2026-03`) and of the next one, or None."""
    found = _MONTH.fullmatch(text)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    following = date(year + month // 12, month % 12 + 1, 1)
    return _midnight(date(year, month, 1), zone), _midnight(following, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromordinal(day.toordinal() + 1), time(), zone)
