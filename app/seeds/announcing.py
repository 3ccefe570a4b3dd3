"""Programmes, courses, venues and trainings, planned and announced as an organiser does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.models import Role
from app.seeds.offices import Office, Sketch
from app.seeds.stage import Stage
from app.seeds.story import BODY, COURSES, VENUES
from app.trainings import commands as trainings
from app.trainings.models import Mode
from app.trainings.rules import LessonPlan, TrainingPlan

LESSON_HOURS = 3
OFFICE_LINE = "020-00000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The public ids of what an office plans with, in the order of the story."""

    programme: str
    courses: tuple[str, ...]
    venues: tuple[str, ...]


def open_catalogue(stage: Stage, office: Office, sketch: Sketch, *, now: datetime) -> Catalogue:
    """Make the programme of the year that includes today, and all courses and venues."""
    year = stage.now.astimezone(stage.zone).year
    first = (stage.at(-270)).date()
    programme = trainings.save_programme(
        trainings.ProgrammeDetails(
            name=sketch.programme.format(year=year),
            name_en=sketch.programme_en.format(year=year),
            year=year,
            starts_on=first,
            ends_on=first + timedelta(days=364),
        ),
        None,
        organisation_id=office.id,
        by=office.by,
        now=now,
    )
    courses = [
        trainings.save_course(
            trainings.CourseDetails(title=title, title_en=title_en, standard=standard),
            None,
            organisation_id=office.id,
            by=office.by,
            now=now,
        ).public_id
        for title, title_en, standard in COURSES
    ]
    venues = [
        trainings.save_venue(
            trainings.VenueDetails(
                name=venue, city=city, address=address, capacity=capacity, directions=directions
            ),
            None,
            organisation_id=office.id,
            by=office.by,
            now=now,
        ).public_id
        for venue, city, address, capacity, directions in VENUES
    ]
    return Catalogue(programme=programme.public_id, courses=tuple(courses), venues=tuple(venues))


def lessons_of(
    starts: Sequence[datetime], *, hours: int = LESSON_HOURS, is_online: bool
) -> tuple[LessonPlan, ...]:
    """Plan lessons that begin at these instants; several are named by their number."""
    return tuple(
        LessonPlan(
            starts_at=start,
            ends_at=start + timedelta(hours=hours),
            title=f"第{number}节" if len(starts) > 1 else "",
            online_url="https://live.example.com/room" if is_online else "",
        )
        for number, start in enumerate(starts, start=1)
    )


def plan(  # noqa: PLR0913 - a training is many decisions
    title: str,
    title_en: str,
    mode: Mode,
    lessons: tuple[LessonPlan, ...],
    *,
    office: Office,
    catalogue: Catalogue,
    course: int,
    venue: int | None,
    onsite: int,
    online: int,
    opens_at: datetime,
    closes_at: datetime,
    cluster: str = "",
    needs_approval: bool = False,
    limit: int | None = None,
) -> TrainingPlan:
    """Write the plan of one training of an office."""
    place = VENUES[venue] if venue is not None else None
    return TrainingPlan(
        title=title,
        title_en=title_en,
        summary=f"{COURSES[course][0]}，小微企业免费参加",
        body=BODY,
        mode=mode,
        lessons=lessons,
        signup_opens_at=opens_at,
        signup_closes_at=closes_at,
        city=place[1] if place else "",
        cluster=cluster,
        programme=catalogue.programme,
        course=catalogue.courses[course],
        venue=catalogue.venues[venue] if venue is not None else None,
        capacity_onsite=onsite,
        capacity_online=online,
        per_enterprise_limit=limit,
        requires_approval=needs_approval,
        contact_phone=OFFICE_LINE,
        trainers=(office.staff[Role.TRAINER].public_id,),
    )


def create(office: Office, wanted: TrainingPlan, *, now: datetime) -> str:
    """Make a draft; gives its public id."""
    return trainings.create(wanted, organisation_id=office.id, by=office.by, now=now).public_id


def publish(office: Office, training: str, *, now: datetime) -> None:
    """Announce a draft."""
    trainings.publish(training, organisation_id=office.id, by=office.by, now=now)
