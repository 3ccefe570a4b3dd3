"""What must hold between the lines of platform logs and the facts that were made of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from app.attendance.models import Fact, FactKind, LogLine, Match, PlatformLog
from app.kit.database import db
from app.kit.invariants import Check, Violation
from app.registrations.models import Attendee
from app.trainings.models import Lesson

RULE = "log lines agree with facts"
WITH_PERSON = (Match.LINK, Match.PHONE, Match.NAME, Match.CHOSEN)
BY_STAFF = (Match.CHOSEN, Match.IGNORED)


def standing_imports_have_one_line(_now: datetime) -> Iterator[Violation]:
    """Find imported facts that stand without a line of the same lesson, person and time."""
    undo = aliased(Fact)
    own = (
        select(LogLine.id)
        .join(PlatformLog, PlatformLog.id == LogLine.log_id)
        .where(
            LogLine.fact_uid == Fact.uid,
            PlatformLog.lesson_id == Fact.lesson_id,
            LogLine.attendee_id == Fact.attendee_id,
            LogLine.joined_at == Fact.effective_at,
            LogLine.left_at == Fact.ends_at,
        )
    )
    undone = select(undo.id).where(
        undo.lesson_id == Fact.lesson_id,
        undo.kind == FactKind.UNDO,
        undo.target_uid == Fact.uid,
    )
    rows = db.session.scalars(
        select(Fact.id)
        .where(Fact.kind == FactKind.IMPORT, ~own.exists(), ~undone.exists())
        .order_by(Fact.id)
    )
    for fact_id in rows:
        yield Violation(rule=RULE, row=f"fact {fact_id}", detail="no line agrees with it")


def applied_lines_have_their_fact(_now: datetime) -> Iterator[Violation]:
    """Find lines that name a fact which is not there, or which another line names too."""
    twin = aliased(LogLine)
    fact = select(Fact.id).where(
        Fact.uid == LogLine.fact_uid,
        Fact.lesson_id == PlatformLog.lesson_id,
        Fact.kind == FactKind.IMPORT,
        Fact.attendee_id == LogLine.attendee_id,
    )
    twins = select(twin.id).where(
        twin.log_id == LogLine.log_id, twin.fact_uid == LogLine.fact_uid, twin.id != LogLine.id
    )
    rows = db.session.scalars(
        select(LogLine.id)
        .join(PlatformLog, PlatformLog.id == LogLine.log_id)
        .where(
            LogLine.fact_uid.is_not(None),
            or_(~fact.exists(), twins.exists(), PlatformLog.applied_at.is_(None)),
        )
        .order_by(LogLine.id)
    )
    for line_id in rows:
        yield Violation(rule=RULE, row=f"log line {line_id}", detail="its fact is not its own")


def lines_are_consistent(_now: datetime) -> Iterator[Violation]:
    """Find lines whose person does not go with how they were matched, or with the training."""
    has_person = LogLine.attendee_id.is_not(None)
    should = LogLine.match.in_(WITH_PERSON)
    rows = db.session.scalars(
        select(LogLine.id)
        .join(PlatformLog, PlatformLog.id == LogLine.log_id)
        .join(Lesson, Lesson.id == PlatformLog.lesson_id)
        .outerjoin(Attendee, Attendee.id == LogLine.attendee_id)
        .where(
            or_(
                and_(should, ~has_person),
                and_(~should, has_person),
                and_(has_person, Attendee.training_id != Lesson.training_id),
                and_(LogLine.match.in_(BY_STAFF), LogLine.decided_by_id.is_(None)),
                LogLine.left_at < LogLine.joined_at,
                PlatformLog.content.is_not(None),
            )
        )
        .order_by(LogLine.id)
    )
    for line_id in rows:
        yield Violation(rule=RULE, row=f"log line {line_id}", detail="match and person disagree")


CHECKS: tuple[Check, ...] = (
    standing_imports_have_one_line,
    applied_lines_have_their_fact,
    lines_are_consistent,
)
