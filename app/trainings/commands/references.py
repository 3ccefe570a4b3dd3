"""Finds what a plan names by public id, within the organisation that plans."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from app.accounts import queries as accounts
from app.accounts.models import Staff
from app.kit.errors import FieldFault, NotFound, Text
from app.kit.texts import lazy as _
from app.trainings import queries
from app.trainings.errors import PlanInvalid
from app.trainings.models import Course, Programme, Venue
from app.trainings.rules import TrainingPlan

Row = TypeVar("Row", Programme, Course, Venue)


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """The rows behind the names in a plan."""

    programme_id: int | None
    course_id: int | None
    venue_id: int | None
    trainers: tuple[Staff, ...]


def resolve(plan: TrainingPlan, organisation_id: int, *, keep: Collection[str] = ()) -> References:
    """Give the rows that a plan names; PlanInvalid naming every one that is not there.

    Trainers in `keep` may stay although they no longer have the role.
    """
    faults: list[FieldFault] = []

    def key(field: str, public_id: str | None, get: Callable[[str, int], Row]) -> int | None:
        if public_id is None:
            return None
        try:
            return get(public_id, organisation_id).id
        except NotFound:
            faults.append(_fault(field, _("没有找到所选内容，请重新选择")))
            return None

    found = References(
        programme_id=key("programme", plan.programme, queries.get_programme),
        course_id=key("course", plan.course, queries.get_course),
        venue_id=key("venue", plan.venue, queries.get_venue),
        trainers=_trainers(plan, organisation_id, keep, faults),
    )
    if faults:
        raise PlanInvalid(faults=tuple(faults))
    return found


def _trainers(
    plan: TrainingPlan, organisation_id: int, keep: Collection[str], faults: list[FieldFault]
) -> tuple[Staff, ...]:
    if not plan.trainers:
        return ()
    known = {one.public_id: one for one in accounts.list_trainers(organisation_id)}
    if not set(plan.trainers) <= known.keys():
        staff = accounts.list_staff(organisation_id)
        known |= {one.public_id: one for one in staff if one.public_id in keep}
    if not set(plan.trainers) <= known.keys():
        faults.append(_fault("trainers", _("所选讲师不在本单位的讲师名单中，请重新选择")))
        return ()
    return tuple(known[one] for one in dict.fromkeys(plan.trainers))


def _fault(field: str, message: Text) -> FieldFault:
    return FieldFault(field=field, code="unknown", message=message)
