"""Programmes, courses, venues, materials and reasons as they are typed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from app.kit import regions
from app.kit.forms import Input, refuse
from app.kit.texts import lazy as _
from app.trainings.commands import CourseDetails, ProgrammeDetails, VenueDetails


def _known_city(value: str) -> str:
    if regions.city(value) is None:
        raise refuse("unknown", _("请从列表中选择城市"))
    return value


class ProgrammeForm(Input):
    """A programme's name, year and targets."""

    name: str = Field(min_length=2, max_length=160)
    name_en: str = Field(default="", max_length=200)
    year: int = Field(ge=2020, le=2100)
    starts_on: date
    ends_on: date
    target_trainings: int = Field(default=8, ge=1, le=10_000)
    target_onsite: int = Field(default=4, ge=0, le=10_000)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise refuse("order", _("结束日期不能早于开始日期"))
        if self.target_onsite > self.target_trainings:
            raise refuse("order", _("现场场次目标不能多于总场次目标"))
        return self

    def details(self) -> ProgrammeDetails:
        """Give the value for the command."""
        return ProgrammeDetails(**self.model_dump())


class CourseForm(Input):
    """A course's title, standard and summary."""

    title: str = Field(min_length=2, max_length=120)
    title_en: str = Field(default="", max_length=160)
    standard: str = Field(default="", max_length=60)
    summary: str = Field(default="", max_length=5000)

    def details(self) -> CourseDetails:
        """Give the value for the command."""
        return CourseDetails(**self.model_dump())


class VenueForm(Input):
    """A venue's name, city and address."""

    name: str = Field(min_length=2, max_length=120)
    city: Annotated[str, AfterValidator(_known_city)]
    address: str = Field(min_length=2, max_length=200)
    directions: str = Field(default="", max_length=1000)
    capacity: int | None = Field(default=None, ge=1, le=100_000)

    def details(self) -> VenueDetails:
        """Give the value for the command."""
        return VenueDetails(**self.model_dump())


class ReasonBody(Input):
    """Why a training is cancelled or its record opened again."""

    reason: str = Field(min_length=2, max_length=300)


class MaterialForm(Input):
    """The title under which a file is offered."""

    title: str = Field(min_length=1, max_length=120)


class CopyForm(Input):
    """The first day of a copied training."""

    day: date
