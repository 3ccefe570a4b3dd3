"""Programmes, courses and venues of an organisation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import case, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Organisation, OrganisationKind
from app.kit.database import db
from app.kit.errors import NotFound
from app.trainings.models import Course, Programme, Training, TrainingState, Venue

Row = TypeVar("Row")


def get_programme(programme_id: str, organisation_id: int) -> Programme:
    """Give a programme by public id; NotFound."""
    return _found(
        db.session.scalar(
            select(Programme).where(
                Programme.public_id == programme_id, Programme.organisation_id == organisation_id
            )
        )
    )


def get_public_programme(programme_id: str) -> Programme:
    """Give any organisation's programme: its targets are a public promise; NotFound."""
    return _found(db.session.scalar(select(Programme).where(Programme.public_id == programme_id)))


def get_course(course_id: str, organisation_id: int) -> Course:
    """Give a course by public id; NotFound."""
    return _found(
        db.session.scalar(
            select(Course).where(
                Course.public_id == course_id, Course.organisation_id == organisation_id
            )
        )
    )


def get_venue(venue_id: str, organisation_id: int) -> Venue:
    """Give a venue by public id; NotFound."""
    return _found(
        db.session.scalar(
            select(Venue).where(
                Venue.public_id == venue_id, Venue.organisation_id == organisation_id
            )
        )
    )


def list_programmes(organisation_id: int) -> Sequence[Programme]:
    """List the programmes of an organisation, the latest year first."""
    return db.session.scalars(
        select(Programme)
        .where(Programme.organisation_id == organisation_id)
        .order_by(Programme.year.desc(), Programme.id)
    ).all()


def list_current_programmes(today: date) -> Sequence[Programme]:
    """List all organisations' programmes under way, the province's first."""
    rank = case((Organisation.kind == OrganisationKind.PROVINCE_BUREAU, 0), else_=1)
    return db.session.scalars(
        select(Programme)
        .join(Organisation, Organisation.id == Programme.organisation_id)
        .where(Programme.starts_on <= today, Programme.ends_on >= today)
        .order_by(rank, Programme.id)
    ).all()


def list_courses(organisation_id: int, *, retired: bool = False) -> Sequence[Course]:
    """List the courses of an organisation by title, retired ones last and only if asked for."""
    query = select(Course).where(Course.organisation_id == organisation_id)
    if not retired:
        query = query.where(Course.is_retired.is_(False))
    return db.session.scalars(query.order_by(Course.is_retired, Course.title, Course.id)).all()


def list_venues(organisation_id: int, *, retired: bool = False) -> Sequence[Venue]:
    """List the venues of an organisation by city and name, retired ones last and only if asked."""
    query = select(Venue).where(Venue.organisation_id == organisation_id)
    if not retired:
        query = query.where(Venue.is_retired.is_(False))
    return db.session.scalars(
        query.order_by(Venue.is_retired, Venue.city, Venue.name, Venue.id)
    ).all()


def list_at_venue(venue_id: int, states: Collection[TrainingState]) -> Sequence[Training]:
    """List trainings at a venue (by key) in these states, locked, with lessons and venue."""
    return db.session.scalars(
        select(Training)
        .where(Training.venue_id == venue_id, Training.state.in_(states))
        .order_by(Training.id)
        .options(joinedload(Training.venue), selectinload(Training.lessons))
        .with_for_update(of=Training)
        .execution_options(populate_existing=True)
    ).all()


def _found(row: Row | None) -> Row:
    if row is None:
        raise NotFound
    return row
