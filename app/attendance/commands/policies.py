"""Changes the rule by which a training's attendance is judged, and judges everybody again."""

from __future__ import annotations

from datetime import datetime

from app.attendance.commands.decisions import refold_lesson
from app.attendance.errors import AttendanceLocked, RuleUnchanged
from app.attendance.models import RuleVersion
from app.attendance.queries.policies import get_in_force
from app.attendance.rules.policy import Policy
from app.attendance.rules.verdicts import LOCKED
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.trainings import queries as trainings
from app.trainings.models import TrainingState


def change_rule(
    training_id: str,
    policy: Policy,
    *,
    reason: str,
    organisation_id: int,
    staff_id: int,
    by: Actor,
    now: datetime,
) -> int:
    """Put a new version in force and fold all records of the training again; give its number.

    NotFound; AttendanceLocked when the training is closed or cancelled; RuleUnchanged when the
    rule says the same already.
    """
    training = trainings.get(training_id, organisation_id, lock=True)
    if training.state in LOCKED | {TrainingState.CANCELLED}:
        raise AttendanceLocked
    current = get_in_force(training.id)
    if current.policy == policy:
        raise RuleUnchanged
    version = RuleVersion(
        organisation_id=organisation_id,
        training_id=training.id,
        number=current.number + 1,
        content=policy.content(),
        reason=reason,
        staff_id=staff_id,
        created_at=now,
    )
    db.session.add(version)
    db.session.flush()
    records = sum(refold_lesson(lesson.id, now=now) for lesson in training.lessons)
    audit.record(
        "attendance.rule_changed",
        by=by,
        now=now,
        subject_kind="training",
        subject_id=training.public_id,
        organisation_id=organisation_id,
        number=version.number,
        measure=policy.measure.value,
        amount=policy.amount,
        needs_exit=policy.needs_exit,
        sources=[source.value for source in policy.sources],
        lessons_percent=policy.lessons_percent,
        records=records,
    )
    return version.number
