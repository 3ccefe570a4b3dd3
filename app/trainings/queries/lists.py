"""Lists of trainings: filtered, in pages, for a month, for a feed; the same cost for any length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.kit.database import db
from app.kit.pages import Page
from app.trainings.models import (
    Course,
    Lesson,
    Mode,
    Programme,
    Training,
    TrainingState,
    TrainingTrainer,
)
from app.trainings.rules import PUBLIC_STATES, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFilter:
    """What a list is narrowed to; None or "" leaves it wide. `until` itself is excluded."""

    city: str = ""
    mode: Mode | None = None
    cluster: str = ""
    course: str = ""  # public id or title
    programme: str = ""  # public id
    status: Status | None = None
    state: TrainingState | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""


def list_public(
    wanted: TrainingFilter,
    *,
    now: datetime,
    number: int,
    size: int,
    is_past: bool | None = None,
) -> Page[Training]:
    """List announced trainings: coming ones soonest first, past ones latest first, None for all."""
    query = select(Training).where(Training.state.in_(PUBLIC_STATES), *_conditions(wanted, now))
    if is_past is None:
        return _page(query.order_by(Training.starts_at, Training.id), number, size)
    if is_past:
        query = query.where(Training.ends_at <= now)
        return _page(query.order_by(Training.starts_at.desc(), Training.id), number, size)
    query = query.where(Training.ends_at > now)
    return _page(query.order_by(Training.starts_at, Training.id), number, size)


def list_mine(
    organisation_id: int,
    wanted: TrainingFilter,
    *,
    now: datetime,
    number: int,
    size: int,
    taught_by: int | None = None,
) -> Page[Training]:
    """List an organisation's trainings in every state (or those one teaches), latest first."""
    query = select(Training).where(
        Training.organisation_id == organisation_id, *_conditions(wanted, now)
    )
    if taught_by is not None:
        query = query.where(
            exists().where(
                TrainingTrainer.training_id == Training.id, TrainingTrainer.staff_id == taught_by
            )
        )
    return _page(query.order_by(Training.starts_at.desc(), Training.id), number, size)


def list_calendar(wanted: TrainingFilter, *, now: datetime) -> Sequence[Lesson]:
    """List the lessons of announced trainings that begin between `since` and `until`, in order."""
    query = (
        select(Lesson)
        .join(Lesson.training)
        .where(Training.state.in_(PUBLIC_STATES), *_conditions(_without_times(wanted), now))
        .options(joinedload(Lesson.training))
        .order_by(Lesson.starts_at, Lesson.id)
    )
    if wanted.since is not None:
        query = query.where(Lesson.starts_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Lesson.starts_at < wanted.until)
    return db.session.scalars(query).all()


def list_feed(wanted: TrainingFilter, *, now: datetime) -> Sequence[Training]:
    """List announced trainings with lessons and venue for a calendar feed, in order."""
    return db.session.scalars(
        select(Training)
        .where(Training.state.in_(PUBLIC_STATES), *_conditions(wanted, now))
        .options(
            joinedload(Training.venue),
            joinedload(Training.organisation),
            selectinload(Training.lessons),
        )
        .order_by(Training.starts_at, Training.id)
    ).all()


def list_taught_lessons(
    organisation_id: int, *, since: datetime, count: int, taught_by: int | None = None
) -> Sequence[Lesson]:
    """List the next lessons of an organisation (or of one trainer) that end after `since`."""
    query = (
        select(Lesson)
        .join(Lesson.training)
        .where(
            Lesson.organisation_id == organisation_id,
            Lesson.ends_at > since,
            Training.state.in_((TrainingState.PUBLISHED, TrainingState.HELD)),
        )
        .options(joinedload(Lesson.training).joinedload(Training.venue))
        .order_by(Lesson.starts_at, Lesson.id)
        .limit(count)
    )
    if taught_by is not None:
        query = query.where(
            exists().where(
                TrainingTrainer.training_id == Training.id, TrainingTrainer.staff_id == taught_by
            )
        )
    return db.session.scalars(query).all()


def _page(query: Select[Training], number: int, size: int) -> Page[Training]:
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    items = db.session.scalars(
        query.options(
            joinedload(Training.venue),
            joinedload(Training.organisation),
            joinedload(Training.course),
            joinedload(Training.programme),
            selectinload(Training.lessons),
        )
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(items=items, total=total or 0, number=number, size=size)


def _without_times(wanted: TrainingFilter) -> TrainingFilter:
    return TrainingFilter(
        city=wanted.city, mode=wanted.mode, cluster=wanted.cluster, programme=wanted.programme
    )


def _conditions(wanted: TrainingFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.city:
        found.append(Training.city == wanted.city)
    if wanted.mode is not None:
        found.append(Training.mode == wanted.mode)
    if wanted.cluster:
        found.append(Training.cluster == wanted.cluster)
    if wanted.state is not None:
        found.append(Training.state == wanted.state)
    if wanted.since is not None:
        found.append(Training.ends_at > wanted.since)
    if wanted.until is not None:
        found.append(Training.starts_at < wanted.until)
    if wanted.status is not None:
        found.append(_has_status(wanted.status, now))
    return found + _named(wanted)


def _named(wanted: TrainingFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.course:
        is_it = or_(Course.public_id == wanted.course, Course.title == wanted.course)
        found.append(Training.course_id.in_(select(Course.id).where(is_it)))
    if wanted.programme:
        found.append(
            Training.programme_id.in_(
                select(Programme.id).where(Programme.public_id == wanted.programme)
            )
        )
    if wanted.words:
        found.append(
            or_(
                Training.title.icontains(wanted.words, autoescape=True),
                Training.title_en.icontains(wanted.words, autoescape=True),
            )
        )
    return found


def _has_status(status: Status, now: datetime) -> ColumnElement[bool]:
    """Say in SQL what rules.status_at says in Python; a test compares them case by case."""
    is_published = Training.state == TrainingState.PUBLISHED
    is_waiting = and_(is_published, Training.starts_at > now)
    is_open = and_(is_waiting, Training.signup_opens_at <= now, Training.signup_closes_at > now)
    is_full = and_(
        Training.taken_onsite >= Training.capacity_onsite,
        Training.taken_online >= Training.capacity_online,
    )
    of_status: dict[Status, ColumnElement[bool]] = {
        Status.DRAFT: Training.state == TrainingState.DRAFT,
        Status.CANCELLED: Training.state == TrainingState.CANCELLED,
        Status.ENDED: or_(
            Training.state.in_((TrainingState.HELD, TrainingState.CLOSED, TrainingState.ACCEPTED)),
            and_(is_published, Training.ends_at <= now),
        ),
        Status.RUNNING: and_(is_published, Training.starts_at <= now, Training.ends_at > now),
        Status.SIGNUP_CLOSED: and_(is_waiting, Training.signup_closes_at <= now),
        Status.NOT_OPEN: and_(is_waiting, Training.signup_opens_at > now),
        Status.FULL: and_(is_open, is_full),
        Status.OPEN: and_(is_open, ~is_full),
    }
    return of_status[Status.RUNNING if status is Status.LIVE else status]
