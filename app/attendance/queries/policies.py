"""Reads the rule of a training: the one in force, and how it came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Staff
from app.attendance.models import RuleVersion
from app.attendance.rules.policy import Policy, default_policy, policy_in
from app.kit.database import db
from app.kit.errors import NotFound
from app.registrations.models import Attendee
from app.trainings.models import Channel, Training


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The rule by which a training is judged now; number 0 is the default rule."""

    number: int
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVersion:
    """A version of a rule, and who wanted it why."""

    number: int
    policy: Policy
    reason: str
    staff: str
    created_at: datetime


def get_in_force(training_id: int) -> InForce:
    """Give the rule of a training (by key) that holds now; NotFound without such a training."""
    row = db.session.execute(
        select(Training.required_percent, RuleVersion.number, RuleVersion.content)
        .outerjoin(RuleVersion, RuleVersion.training_id == Training.id)
        .where(Training.id == training_id)
        .order_by(RuleVersion.number.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.number is None:
        return InForce(number=0, policy=default_policy(row.required_percent))
    return InForce(number=row.number, policy=policy_in(row.content))


def list_versions(training_id: int) -> Sequence[PastVersion]:
    """List the versions of a training's rule, the newest first."""
    rows = db.session.execute(
        select(RuleVersion, Staff.name)
        .outerjoin(Staff, Staff.id == RuleVersion.staff_id)
        .where(RuleVersion.training_id == training_id)
        .order_by(RuleVersion.number.desc())
    )
    return [
        PastVersion(
            number=row.RuleVersion.number,
            policy=policy_in(row.RuleVersion.content),
            reason=row.RuleVersion.reason,
            staff=row.name or "",
            created_at=row.RuleVersion.created_at,
        )
        for row in rows
    ]


def list_online(training_id: int) -> frozenset[int]:
    """List the attendees (by key) of a training who take part online."""
    found = db.session.scalars(
        select(Attendee.id).where(
            Attendee.training_id == training_id, Attendee.channel == Channel.ONLINE
        )
    )
    return frozenset(found)


def is_online(attendee_id: int) -> bool:
    """Tell whether an attendee (by key) takes part online."""
    channel = db.session.scalars(select(Attendee.channel).where(Attendee.id == attendee_id)).one()
    return channel is Channel.ONLINE
