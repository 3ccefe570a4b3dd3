"""Tries another rule on a training's facts: what would change for whom; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from app.attendance.models import Credit
from app.attendance.queries.policies import get_in_force, list_online
from app.attendance.queries.refolding import list_counted_facts, list_credits
from app.attendance.rules.folding import Basis, fold
from app.attendance.rules.policy import Policy, passed
from app.enterprises.models import Enterprise
from app.kit.database import db
from app.kit.pages import SIZE, Page
from app.registrations.models import Attendee, AttendeeState
from app.trainings.models import Lesson, Training


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonChange:
    """What one lesson would count for somebody."""

    number: int
    was: Credit
    becomes: Credit


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What would change for one attendee."""

    public_id: str
    name: str
    enterprise: str
    lessons: Sequence[LessonChange]
    has_passed: bool
    will_pass: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What another rule would do to a training."""

    steps: Sequence[tuple[Credit, Credit, int]]  # was, becomes, how many records
    passed_now: int
    passed_then: int
    people: int  # confirmed attendees
    changes: Page[Change]


def preview(training: Training, policy: Policy, *, number: int = 1) -> Preview:
    """Judge everybody of a training (with its lessons) by `policy`; slice `number` of the names."""
    lessons = sorted(training.lessons, key=lambda lesson: (lesson.starts_at, lesson.id))
    online = list_online(training.id) if policy.online_percent is not None else frozenset()
    before = [list_credits(lesson.id) for lesson in lessons]
    after = [_credits(lesson, policy, online) for lesson in lessons]
    rule = get_in_force(training.id).policy
    changes: list[Change] = []
    people = passed_now = passed_then = 0
    for attendee in _attendees(training.id):
        steps = _steps(attendee.id, before, after)
        is_confirmed = attendee.state is AttendeeState.CONFIRMED
        has_passed = is_confirmed and passed(rule, _of(attendee.id, before))
        will_pass = is_confirmed and passed(policy, _of(attendee.id, after))
        people, passed_now, passed_then = (
            people + is_confirmed,
            passed_now + has_passed,
            passed_then + will_pass,
        )
        if steps or has_passed is not will_pass:
            changes.append(
                Change(
                    public_id=attendee.public_id,
                    name=attendee.name,
                    enterprise=attendee.enterprise,
                    lessons=steps,
                    has_passed=has_passed,
                    will_pass=will_pass,
                )
            )
    return Preview(
        steps=_counted(changes),
        passed_now=passed_now,
        passed_then=passed_then,
        people=people,
        changes=Page(
            items=changes[(number - 1) * SIZE : number * SIZE],
            total=len(changes),
            number=number,
            size=SIZE,
        ),
    )


def _credits(lesson: Lesson, policy: Policy, online: frozenset[int]) -> dict[int, Credit]:
    basis = Basis(starts_at=lesson.starts_at, ends_at=lesson.ends_at, policy=policy)
    return {
        who: fold(facts, basis.of_channel(is_online=who in online)).credit
        for who, facts in list_counted_facts(lesson.id).items()
    }


def _of(attendee_id: int, lessons: Sequence[Mapping[int, Credit]]) -> list[Credit]:
    return [credits_of.get(attendee_id, Credit.ABSENT) for credits_of in lessons]


def _steps(
    attendee_id: int,
    before: Sequence[Mapping[int, Credit]],
    after: Sequence[Mapping[int, Credit]],
) -> list[LessonChange]:
    pairs = zip(_of(attendee_id, before), _of(attendee_id, after), strict=True)
    return [
        LessonChange(number=number, was=was, becomes=becomes)
        for number, (was, becomes) in enumerate(pairs, 1)
        if was is not becomes
    ]


def _counted(changes: Sequence[Change]) -> list[tuple[Credit, Credit, int]]:
    counts = Counter((one.was, one.becomes) for change in changes for one in change.lessons)
    return [(was, becomes, count) for (was, becomes), count in sorted(counts.items())]


def _attendees(training_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.session.execute(
        select(
            Attendee.id,
            Attendee.public_id,
            Attendee.name,
            Attendee.state,
            Enterprise.name.label("enterprise"),
        )
        .join(Enterprise, Enterprise.id == Attendee.enterprise_id)
        .where(Attendee.training_id == training_id)
        .order_by(Enterprise.name, Attendee.sequence)
    ).all()
