"""Cheap marks of what a public page depends on: while they stay, a finished page may be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, bindparam, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from app.kit.database import UtcDateTime, db
from app.trainings.models import Programme, Training
from app.trainings.rules import PUBLIC_STATES, Facts

_PAGE = (
    Training.id,
    Training.revision,
    Training.state,
    Training.mode,
    Training.signup_opens_at,
    Training.signup_closes_at,
    Training.starts_at,
    Training.ends_at,
    Training.capacity_onsite,
    Training.capacity_online,
    Training.taken_onsite,
    Training.taken_online,
)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


# made once: to build these statements costs more than to run them
_ONE = select(*_PAGE).where(
    Training.public_id == bindparam("training_id"), Training.state.in_(PUBLIC_STATES)
)
_NOW, _TODAY = bindparam("now", type_=UtcDateTime()), bindparam("today", type_=Date())
_ALL = select(
    func.count(),
    func.sum(Training.revision),
    func.sum(Training.taken_onsite),
    func.sum(Training.taken_online),
    _count(Training.signup_opens_at <= _NOW),
    _count(Training.signup_closes_at <= _NOW),
    _count(Training.starts_at <= _NOW),
    _count(Training.ends_at <= _NOW),
    select(func.count())
    .where(Programme.starts_on <= _TODAY, Programme.ends_on >= _TODAY)
    .scalar_subquery(),
    select(func.sum(Programme.revision))
    .where(Programme.starts_on <= _TODAY, Programme.ends_on >= _TODAY)
    .scalar_subquery(),
).where(Training.state.in_(PUBLIC_STATES))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStamp:
    """What the page of one training shows beyond its revision."""

    training_id: int
    revision: int
    facts: Facts


def find_page_stamp(training_id: str) -> PageStamp | None:
    """Give the stamp of an announced training by public id."""
    row = db.session.execute(_ONE, {"training_id": training_id}).one_or_none()
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
    row = db.session.execute(_ALL, {"now": now, "today": today}).one()
    return ".".join(str(part) for part in row)
