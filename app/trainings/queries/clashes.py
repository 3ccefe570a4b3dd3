"""Looks for what stands in the way of a training: the same hall, the same trainer, a day off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from app.kit import working_days
from app.kit.database import db
from app.kit.texts import lazy as _
from app.trainings.models import Lesson, Training, TrainingState, TrainingTrainer
from app.trainings.rules import Clash, ClashKind

_LIVE = (TrainingState.DRAFT, TrainingState.PUBLISHED)
_DAY_KINDS = {
    working_days.Kind.HOLIDAY: ClashKind.HOLIDAY,
    working_days.Kind.WEEKEND: ClashKind.WEEKEND,
    working_days.Kind.MAKEUP_WORKDAY: ClashKind.MAKEUP_WORKDAY,
    working_days.Kind.UNKNOWN_YEAR: ClashKind.UNKNOWN_YEAR,
}


def list_clashes(training: Training, zone: ZoneInfo) -> list[Clash]:
    """List what an organiser should know about a training's times; `training` is loaded whole."""
    return [
        *_days(training, zone),
        *_venue(training),
        *_trainers(training),
    ]


def _days(training: Training, zone: ZoneInfo) -> Iterator[Clash]:
    seen = set()
    for lesson in training.lessons:
        on = lesson.starts_at.astimezone(zone).date()
        day = working_days.kind_of(on)
        if day.kind not in _DAY_KINDS or on in seen:
            continue
        seen.add(on)
        texts = {
            working_days.Kind.HOLIDAY: _("%(on)s是法定节假日（%(name)s）", on=on, name=day.holiday),
            working_days.Kind.WEEKEND: _("%(on)s是周末", on=on),
            working_days.Kind.MAKEUP_WORKDAY: _("%(on)s是调休工作日（周末上班）", on=on),
            working_days.Kind.UNKNOWN_YEAR: _("%(on)s所在年份的放假调休安排尚未公布", on=on),
        }
        yield Clash(kind=_DAY_KINDS[day.kind], at=lesson.starts_at, text=texts[day.kind])


def _venue(training: Training) -> Iterator[Clash]:
    if training.venue_id is None:
        return
    for lesson in _overlapping(training, Training.venue_id == training.venue_id):
        yield Clash(
            kind=ClashKind.VENUE,
            at=lesson.starts_at,
            text=_("同一时间该场地已安排“%(title)s”", title=lesson.training.title),
            training_id=lesson.training.public_id,
        )


def _trainers(training: Training) -> Iterator[Clash]:
    for trainer in training.trainers:
        is_same = (
            TrainingTrainer.staff_id == trainer.staff_id
            if trainer.staff_id is not None
            else and_(TrainingTrainer.staff_id.is_(None), TrainingTrainer.name == trainer.name)
        )
        teaching = Training.id.in_(select(TrainingTrainer.training_id).where(is_same))
        for lesson in _overlapping(training, teaching):
            yield Clash(
                kind=ClashKind.TRAINER,
                at=lesson.starts_at,
                text=_(
                    "同一时间讲师%(name)s已安排讲授“%(title)s”",
                    name=trainer.name,
                    title=lesson.training.title,
                ),
                training_id=lesson.training.public_id,
            )


def _overlapping(training: Training, condition: ColumnElement[bool]) -> Sequence[Lesson]:
    times = [_overlaps(one.starts_at, one.ends_at) for one in training.lessons]
    if not times:
        return ()
    return db.session.scalars(
        select(Lesson)
        .join(Lesson.training)
        .where(
            Training.organisation_id == training.organisation_id,
            Training.id != training.id,
            Training.state.in_(_LIVE),
            condition,
            or_(*times),
        )
        .options(joinedload(Lesson.training))
        .order_by(Lesson.starts_at, Lesson.id)
    ).all()


def _overlaps(starts_at: datetime, ends_at: datetime) -> ColumnElement[bool]:
    return and_(Lesson.starts_at < ends_at, Lesson.ends_at > starts_at)
