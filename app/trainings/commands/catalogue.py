"""Makes, changes and retires programmes, courses and venues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, update

from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.trainings import queries, rules
from app.trainings.commands import moves
from app.trainings.models import Course, Programme, Training, TrainingState, Venue
from app.trainings.rules import Meeting

_SHOWN = (TrainingState.PUBLISHED, TrainingState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeDetails:
    """What a programme promises."""

    name: str
    year: int
    starts_on: date
    ends_on: date
    name_en: str = ""
    target_trainings: int = 8
    target_onsite: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDetails:
    """What a course is about."""

    title: str
    title_en: str = ""
    standard: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueDetails:
    """Where a venue is and how one gets there."""

    name: str
    city: str
    address: str
    directions: str = ""
    capacity: int | None = None


def save_programme(
    details: ProgrammeDetails,
    programme_id: str | None,
    *,
    organisation_id: int,
    by: Actor,
    now: datetime,
) -> Programme:
    """Make a programme, or change the one with that public id; NotFound."""
    if programme_id is None:
        programme = Programme(organisation_id=organisation_id, created_at=now, revision=0)
        db.session.add(programme)
    else:
        programme = queries.get_programme(programme_id, organisation_id)
    programme.name, programme.name_en = details.name, details.name_en
    programme.year = details.year
    programme.starts_on, programme.ends_on = details.starts_on, details.ends_on
    programme.target_trainings = details.target_trainings
    programme.target_onsite = details.target_onsite
    programme.revision += 1
    db.session.flush()
    _touch(Training.programme_id == programme.id)
    _record("programme", programme.public_id, programme_id, by=by, now=now)
    return programme


def save_course(
    details: CourseDetails,
    course_id: str | None,
    *,
    organisation_id: int,
    by: Actor,
    now: datetime,
) -> Course:
    """Make a course, or change the one with that public id; NotFound."""
    if course_id is None:
        course = Course(organisation_id=organisation_id, created_at=now)
        db.session.add(course)
    else:
        course = queries.get_course(course_id, organisation_id)
    course.title, course.title_en = details.title, details.title_en
    course.standard, course.summary = details.standard, details.summary
    db.session.flush()
    _touch(Training.course_id == course.id)
    _record("course", course.public_id, course_id, by=by, now=now)
    return course


def save_venue(
    details: VenueDetails,
    venue_id: str | None,
    *,
    organisation_id: int,
    by: Actor,
    now: datetime,
) -> Venue:
    """Make a venue, or change the one with that public id; NotFound.

    Another name or address moves the announced trainings there: calendars hear of it, and who
    signed up is written to.
    """
    meetings: list[tuple[Training, Meeting]] = []
    if venue_id is None:
        venue = Venue(organisation_id=organisation_id, created_at=now)
        db.session.add(venue)
    else:
        venue = queries.get_venue(venue_id, organisation_id)
        shown = queries.list_at_venue(venue.id, _SHOWN)
        meetings = [(one, rules.meeting_of(one)) for one in shown]
    venue.name, venue.city, venue.address = details.name, details.city, details.address
    venue.directions, venue.capacity = details.directions, details.capacity
    db.session.flush()
    for training, known in meetings:
        _follow(training, known, by=by, now=now)
    _record("venue", venue.public_id, venue_id, by=by, now=now)
    return venue


def retire_course(
    course_id: str, *, is_retired: bool, organisation_id: int, by: Actor, now: datetime
) -> Course:
    """Take a course out of the lists to choose from, or put it back; NotFound."""
    course = queries.get_course(course_id, organisation_id)
    course.is_retired = is_retired
    _record("course", course_id, course_id, by=by, now=now)
    return course


def retire_venue(
    venue_id: str, *, is_retired: bool, organisation_id: int, by: Actor, now: datetime
) -> Venue:
    """Take a venue out of the lists to choose from, or put it back; NotFound."""
    venue = queries.get_venue(venue_id, organisation_id)
    venue.is_retired = is_retired
    _record("venue", venue_id, venue_id, by=by, now=now)
    return venue


def _follow(training: Training, known: Meeting, *, by: Actor, now: datetime) -> None:
    """Let a (locked) training show its changed venue; people hear of it while they can come."""
    training.revision += 1
    if rules.meeting_of(training) == known:
        return
    if training.state is not TrainingState.PUBLISHED or training.ends_at <= now:
        moves.note_silently(training)
        return
    moves.note(training, known, now=now)
    audit.record(
        "training.moved",
        by=by,
        now=now,
        subject_kind="training",
        subject_id=training.public_id,
        organisation_id=training.organisation_id,
        sequence=training.calendar_sequence,
    )


def _touch(condition: ColumnElement[bool]) -> None:
    """Give announced trainings a new revision: their pages show what was changed here."""
    db.session.execute(
        update(Training)
        .where(condition, Training.state.in_(_SHOWN))
        .values({Training.revision: Training.revision + 1})
        .execution_options(synchronize_session=False)
    )


def _record(kind: str, subject: str, before: str | None, *, by: Actor, now: datetime) -> None:
    action = f"{kind}.created" if before is None else f"{kind}.edited"
    audit.record(action, by=by, now=now, subject_kind=kind, subject_id=subject)
