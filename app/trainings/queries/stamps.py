"""Cheap marks of what a public page depends on: while they stay, a finished page may be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, bindparam, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from app.kit.database import UtcDateTime
from app.kit.prepared import Prepared
from app.trainings.models import Programme, Training, TrainingState
from app.trainings.rules import Facts

# plain columns, not attributes: what is asked on every page need not pass through the mapper
_TRAINING = Training.__table__.c
_PAGE = (
    _TRAINING.id,
    _TRAINING.revision,
    _TRAINING.state,
    _TRAINING.mode,
    _TRAINING.signup_opens_at,
    _TRAINING.signup_closes_at,
    _TRAINING.starts_at,
    _TRAINING.ends_at,
    _TRAINING.capacity_onsite,
    _TRAINING.capacity_online,
    _TRAINING.taken_onsite,
    _TRAINING.taken_online,
)
_IS_ANNOUNCED = _TRAINING.state != TrainingState.DRAFT  # one comparison; a list is expanded anew


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


# made once: to build these statements costs more than to run them
_ONE = Prepared(
    select(*_PAGE).where(_TRAINING.public_id == bindparam("training_id"), _IS_ANNOUNCED)
)
_NOW, _TODAY = bindparam("now", type_=UtcDateTime()), bindparam("today", type_=Date())
_PROGRAMME = Programme.__table__.c
_ALL = Prepared(
    select(
        func.count(),
        func.sum(_TRAINING.revision),
        func.sum(_TRAINING.taken_onsite),
        func.sum(_TRAINING.taken_online),
        _count(_TRAINING.signup_opens_at <= _NOW),
        _count(_TRAINING.signup_closes_at <= _NOW),
        _count(_TRAINING.starts_at <= _NOW),
        _count(_TRAINING.ends_at <= _NOW),
        select(func.count())
        .where(_PROGRAMME.starts_on <= _TODAY, _PROGRAMME.ends_on >= _TODAY)
        .scalar_subquery(),
        select(func.sum(_PROGRAMME.revision))
        .where(_PROGRAMME.starts_on <= _TODAY, _PROGRAMME.ends_on >= _TODAY)
        .scalar_subquery(),
    ).where(_IS_ANNOUNCED)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStamp:
    """What the page of one training shows beyond its revision."""

    training_id: int
    revision: int
    facts: Facts


def find_page_stamp(training_id: str) -> PageStamp | None:
    """Give the stamp of an announced training by public id."""
    row = _ONE.row(training_id=training_id)
    if row is None:
        return None
    key, revision, state, mode, opens, closes, starts, ends, on, off, taken_on, taken_off = row
    facts = Facts(
        state=state,
        mode=mode,
        signup_opens_at=opens,
        signup_closes_at=closes,
        starts_at=starts,
        ends_at=ends,
        capacity_onsite=on,
        capacity_online=off,
        taken_onsite=taken_on,
        taken_online=taken_off,
    )
    return PageStamp(training_id=key, revision=revision, facts=facts)


def list_stamp(now: datetime, today: date) -> str:
    """Give one mark for all public lists; it changes with every training and every status."""
    return ".".join(str(part) for part in _ALL.row(now=now, today=today) or ())
