"""Reads the outbox: what is due, what an organisation sent, how long the queue is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.kit.database import db
from app.kit.errors import NotFound
from app.kit.pages import SIZE, Page
from app.outbox.models import Letter, LetterState

QUEUED = (LetterState.WAITING, LetterState.SENDING)


def list_due(*, now: datetime, limit: int) -> Sequence[int]:
    """List the keys of letters to carry now, longest due first; leases that ran out included."""
    waiting = and_(Letter.state == LetterState.WAITING, Letter.due_at <= now)
    left_behind = and_(Letter.state == LetterState.SENDING, Letter.leased_until <= now)
    return db.session.scalars(
        select(Letter.id)
        .where(Letter.state.in_(QUEUED), Letter.due_at <= now, or_(waiting, left_behind))
        .order_by(Letter.due_at, Letter.id)
        .limit(limit)
    ).all()


def get(organisation_id: int, letter_id: str) -> Letter:
    """Give a letter of the organisation by its public id; NotFound."""
    letter = db.session.scalar(
        select(Letter).where(
            Letter.organisation_id == organisation_id, Letter.public_id == letter_id
        )
    )
    if letter is None:
        raise NotFound
    return letter


def list_letters(
    organisation_id: int,
    *,
    states: Sequence[LetterState] = (),
    kind: str = "",
    number: int = 1,
    size: int = SIZE,
) -> Page[Letter]:
    """List what the organisation sends, newest first; narrowed to `states` and `kind` if given."""
    conditions = [Letter.organisation_id == organisation_id]
    if states:
        conditions.append(Letter.state.in_(states))
    if kind:
        conditions.append(Letter.kind == kind)
    total = db.session.scalar(select(func.count(Letter.id)).where(*conditions)) or 0
    items = db.session.scalars(
        select(Letter)
        .where(*conditions)
        .order_by(Letter.created_at.desc(), Letter.id.desc())
        .offset((number - 1) * size)
        .limit(size)
    ).all()
    return Page(items=items, total=total, number=number, size=size)


def count_by_state(organisation_id: int) -> dict[LetterState, int]:
    """Count the organisation's letters in every state."""
    counted = db.session.execute(
        select(Letter.state, func.count().label("total"))
        .where(Letter.organisation_id == organisation_id)
        .group_by(Letter.state)
    )
    found = {row.state: row.total for row in counted}
    return {state: found.get(state, 0) for state in LetterState}


def list_kinds(organisation_id: int) -> Sequence[str]:
    """List the kinds of letters that the organisation has, by name."""
    return db.session.scalars(
        select(Letter.kind)
        .where(Letter.organisation_id == organisation_id)
        .distinct()
        .order_by(Letter.kind)
    ).all()


def is_readable() -> ColumnElement[bool]:
    """Tell which letters still say something; one that is on its way is left alone."""
    says_something = or_(
        Letter.subject != "", Letter.html.is_not(None), Letter.calendar.is_not(None)
    )
    return and_(says_something, Letter.state != LetterState.SENDING)


def about(subjects: dict[str, Select[str]]) -> ColumnElement[bool]:
    """Tell which letters are about the things whose public ids `subjects` selects, kind by kind."""
    return or_(
        *(
            and_(Letter.subject_kind == kind, Letter.subject_id.in_(ids))
            for kind, ids in subjects.items()
        )
    )


def list_readable(subjects: dict[str, Select[str]], *, limit: int) -> Sequence[int]:
    """List the keys of letters about `subjects` that still say something."""
    return db.session.scalars(
        select(Letter.id).where(about(subjects), is_readable()).order_by(Letter.id).limit(limit)
    ).all()


def count_readable(subjects: dict[str, Select[str]]) -> int:
    """Count the letters about `subjects` that still say something."""
    found = select(func.count(Letter.id)).where(about(subjects), is_readable())
    return db.session.scalar(found) or 0


def count_waiting() -> int:
    """Count the letters that are not sent yet."""
    return db.session.scalar(select(func.count()).where(Letter.state.in_(QUEUED))) or 0


def count_failed() -> int:
    """Count the letters that need a person."""
    return db.session.scalar(select(func.count()).where(Letter.state == LetterState.FAILED)) or 0


GAUGES = (
    ("guanbiao_letters_waiting", "Letters that are not sent yet", count_waiting),
    ("guanbiao_letters_failed", "Letters that failed for good", count_failed),
)
