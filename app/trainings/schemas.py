"""Trainings and progress as programs read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from app.kit.pages import Page
from app.kit.settings import absolute_url
from app.trainings import rules
from app.trainings.models import Mode, Programme, Training, TrainingState
from app.trainings.rules import Facts, LessonState, Progress, SignupState, Status


class LessonOut(BaseModel):
    """One dated part of a training."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    state: LessonState


class PlacesOut(BaseModel):
    """Places of one channel."""

    capacity: int
    taken: int
    left: int


class Named(BaseModel):
    """Something with an id and a name."""

    id: str
    name: str


class VenueOut(Named):
    """Where a training is held."""

    city: str
    address: str
    directions: str


class TrainingOut(BaseModel):
    """A training in a list."""

    id: str
    organisation: Named
    title: str
    title_en: str
    summary: str
    mode: Mode
    state: TrainingState
    status: Status
    signup_state: SignupState
    city: str
    cluster: str
    course: Named | None
    programme: Named | None
    venue: VenueOut | None
    starts_at: datetime
    ends_at: datetime
    signup_opens_at: datetime
    signup_closes_at: datetime
    capacity_onsite: int
    capacity_online: int
    places_onsite: PlacesOut
    places_online: PlacesOut
    per_enterprise_limit: int | None
    requires_approval: bool
    moved_at: datetime | None
    lessons: list[LessonOut]
    url: str
    revision: int


class TrainingDetail(TrainingOut):
    """A training with everything that is announced."""

    body: str
    trainers: list[str]
    contact_phone: str
    required_percent: int
    cancel_reason: str
    materials: list[Named]


class TrainingList(BaseModel):
    """A page of trainings."""

    items: list[TrainingOut]
    total: int
    page: int
    page_size: int


class ProgressRow(BaseModel):
    """One training of a programme, for its own organisation."""

    id: str
    title: str
    mode: Mode
    state: TrainingState
    city: str
    starts_at: datetime
    ends_at: datetime


class ProgressOut(BaseModel):
    """How far a programme has come, in trainings (场次)."""

    id: str
    name: str
    year: int
    starts_on: date
    ends_on: date
    organisation: Named
    target_trainings: int
    target_onsite: int
    planned: int
    planned_onsite: int
    held: int
    held_onsite: int
    to_close: int
    cancelled: int
    remaining: int
    remaining_onsite: int
    forecast: int
    forecast_onsite: int
    unplanned: int
    unplanned_onsite: int
    onsite_percent: int | None
    is_on_course: bool
    rows: list[ProgressRow] | None = None


def training_out(training: Training, now: datetime) -> TrainingOut:
    """Write a training with lessons, venue, organisation, course and programme loaded."""
    facts = rules.facts_of(training)
    return TrainingOut(**_announced(training, facts, now))


def training_detail(training: Training, now: datetime) -> TrainingDetail:
    """Write a training loaded whole."""
    return TrainingDetail(
        **_announced(training, rules.facts_of(training), now),
        body=training.body,
        trainers=[trainer.name for trainer in training.trainers],
        contact_phone=training.contact_phone,
        required_percent=training.required_percent,
        cancel_reason=training.cancel_reason,
        materials=[Named(id=one.public_id, name=one.title) for one in training.materials],
    )


def training_list(page: Page[Training], now: datetime) -> TrainingList:
    """Write a page of trainings."""
    return TrainingList(
        items=[training_out(one, now) for one in page.items],
        total=page.total,
        page=page.number,
        page_size=page.size,
    )


def progress_out(
    programme: Programme, progress: Progress, trainings: list[Training] | None
) -> ProgressOut:
    """Write a programme's figures, with rows where its own organisation asks."""
    return ProgressOut(
        id=programme.public_id,
        name=programme.name,
        year=programme.year,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
        organisation=Named(id=programme.organisation.public_id, name=programme.organisation.name),
        target_trainings=progress.target,
        target_onsite=progress.target_onsite,
        planned=progress.planned,
        planned_onsite=progress.planned_onsite,
        held=progress.held,
        held_onsite=progress.held_onsite,
        to_close=progress.to_close,
        cancelled=progress.cancelled,
        remaining=progress.remaining,
        remaining_onsite=progress.remaining_onsite,
        forecast=progress.planned,
        forecast_onsite=progress.planned_onsite,
        unplanned=progress.unplanned,
        unplanned_onsite=progress.unplanned_onsite,
        onsite_percent=progress.onsite_percent,
        is_on_course=progress.is_on_course,
        rows=None if trainings is None else [_row(one) for one in trainings],
    )


def _announced(training: Training, facts: Facts, now: datetime) -> dict[str, Any]:
    course, programme = training.course, training.programme
    return {
        "id": training.public_id,
        "organisation": Named(id=training.organisation.public_id, name=training.organisation.name),
        "course": None if course is None else Named(id=course.public_id, name=course.title),
        "programme": None
        if programme is None
        else Named(id=programme.public_id, name=programme.name),
        "venue": _venue(training),
        "status": rules.status_at(facts, now),
        "signup_state": rules.signup_state(facts, now),
        "places_onsite": PlacesOut(
            capacity=facts.capacity_onsite, taken=facts.taken_onsite, left=facts.free_onsite
        ),
        "places_online": PlacesOut(
            capacity=facts.capacity_online, taken=facts.taken_online, left=facts.free_online
        ),
        "lessons": _lessons(training, now),
        "url": absolute_url("trainings.show", training_id=training.public_id),
    } | {name: getattr(training, name) for name in _SAME}


_SAME = (
    "title", "title_en", "summary", "mode", "state", "city", "cluster", "starts_at", "ends_at",
    "signup_opens_at", "signup_closes_at", "capacity_onsite", "capacity_online",
    "per_enterprise_limit", "requires_approval", "moved_at", "revision",
)  # fmt: skip


def _lessons(training: Training, now: datetime) -> list[LessonOut]:
    return [
        LessonOut(
            id=one.public_id,
            title=one.title,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            state=rules.lesson_state(training.state, one.starts_at, one.ends_at, now),
        )
        for one in training.lessons
    ]


def _venue(training: Training) -> VenueOut | None:
    venue = training.venue
    if venue is None:
        return None
    return VenueOut(
        id=venue.public_id,
        name=venue.name,
        city=venue.city,
        address=venue.address,
        directions=venue.directions,
    )


def _row(training: Training) -> ProgressRow:
    return ProgressRow(
        id=training.public_id,
        title=training.title,
        mode=training.mode,
        state=training.state,
        city=training.city,
        starts_at=training.starts_at,
        ends_at=training.ends_at,
    )
