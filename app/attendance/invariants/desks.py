"""What must hold of desks: how they came to be, and what became of scans that came too late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, cast, exists, or_, select

from app.attendance.models import Desk, DeskInvitation, Fact, LateScan
from app.attendance.rules.verdicts import LATE_UPLOAD
from app.kit.database import db
from app.kit.invariants import Check, Violation


def used_invitations_made_a_desk(_now: datetime) -> Iterator[Violation]:
    """Find used invitations without a desk of their lesson, and unused ones of a younger desk.

    An unused invitation names a desk only to give it a new key: the desk was there before.
    """
    used = DeskInvitation.used_at.is_not(None)
    rows = db.session.execute(
        select(DeskInvitation.id)
        .outerjoin(Desk, Desk.id == DeskInvitation.desk_id)
        .where(
            or_(
                and_(used, Desk.id.is_(None)),
                and_(Desk.id.is_not(None), Desk.lesson_id != DeskInvitation.lesson_id),
                and_(~used, Desk.created_at > DeskInvitation.created_at),
            )
        )
        .order_by(DeskInvitation.id)
    )
    for row in rows:
        yield _violation(
            "used invitation made a desk", f"invitation {row.id}", "desk missing or not of it"
        )


def late_scans_are_decided_whole(_now: datetime) -> Iterator[Violation]:
    """Find late scans with half a decision, or declined without a reason."""
    parts = (LateScan.decided_at, LateScan.decided_by_id, LateScan.is_accepted)
    whole = and_(*(part.is_not(None) for part in parts))
    none = and_(*(part.is_(None) for part in parts))
    no_reason = and_(LateScan.is_accepted.is_(False), LateScan.reason == "")
    yield from _late(or_(~or_(whole, none), no_reason), "late scan decided whole")


def accepted_late_scans_are_facts(_now: datetime) -> Iterator[Violation]:
    """Find accepted late scans without a fact of their uid and desk."""
    entered = exists().where(
        Fact.lesson_id == LateScan.lesson_id,
        Fact.uid == LateScan.uid,
        Fact.desk_id == LateScan.desk_id,
    )
    accepted = LateScan.is_accepted.is_(True)
    yield from _late(and_(accepted, ~entered), "accepted late scan is a fact")


def late_facts_were_accepted(_now: datetime) -> Iterator[Violation]:
    """Find facts that came as late scans and that nobody accepted."""
    accepted = exists().where(
        LateScan.lesson_id == Fact.lesson_id,
        LateScan.uid == Fact.uid,
        LateScan.is_accepted.is_(True),
    )
    rows = db.session.scalars(
        select(Fact.id)
        .where(cast(Fact.flags, String).contains(f'"{LATE_UPLOAD}"'), ~accepted)
        .order_by(Fact.id)
    )
    for fact_id in rows:
        yield _violation("late fact was accepted", f"fact {fact_id}", "nobody accepted it")


def _late(wrong: ColumnElement[bool], rule: str) -> Iterator[Violation]:
    for late_id in db.session.scalars(select(LateScan.id).where(wrong).order_by(LateScan.id)):
        yield _violation(rule, f"late scan {late_id}", "does not hold")


def _violation(rule: str, row: str, detail: str) -> Violation:
    return Violation(rule=rule, row=row, detail=detail)


CHECKS: tuple[Check, ...] = (
    used_invitations_made_a_desk,
    late_scans_are_decided_whole,
    accepted_late_scans_are_facts,
    late_facts_were_accepted,
)
