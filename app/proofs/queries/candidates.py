"""Reads who may get a proof of a training: who passed, who has one, who not and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from app.attendance.queries import outcomes
from app.kit.database import db
from app.proofs.models import Proof
from app.registrations.models import Attendee, Registration
from app.trainings.models import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One confirmed attendee before proofs are issued; `number` is of the live proof, if any."""

    attendee_id: int
    public_id: str
    name: str
    enterprise: str
    is_passed: bool
    minutes: int
    why: str
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What issuing now would do: who gets one, who has one, who gets none."""

    gets: Sequence[Candidate]
    has: Sequence[Candidate]
    gets_none: Sequence[Candidate]

    @property
    def doubtful(self) -> Sequence[Candidate]:
        """Give those who hold a live proof and do not pass any more."""
        return [one for one in self.has if not one.is_passed]


def prospect(training: Training) -> Prospect:
    """Look at every confirmed attendee of a training."""
    found = list_candidates(training)
    return Prospect(
        gets=[one for one in found if one.is_passed and not one.number],
        has=[one for one in found if one.number],
        gets_none=[one for one in found if not one.is_passed and not one.number],
    )


def list_candidates(training: Training) -> Sequence[Candidate]:
    """List all confirmed attendees, by their number, with what is printed of them."""
    known = {row.id: row for row in db.session.execute(_people(training.id))}
    numbers = _live_numbers(training.id)
    return [
        Candidate(
            attendee_id=one.attendee_id,
            public_id=one.public_id,
            name=known[one.attendee_id].name,
            enterprise=known[one.attendee_id].enterprise_name,
            is_passed=one.is_passed,
            minutes=one.minutes,
            why=one.why,
            number=numbers.get(one.attendee_id, ""),
        )
        for one in outcomes.list_outcomes(training.id)
        if one.attendee_id in known
    ]


def next_to_issue(training: Training, *, limit: int) -> Sequence[Candidate]:
    """List at most `limit` people who passed and have no live proof."""
    return prospect(training).gets[:limit]


def _people(training_id: int) -> Select[int, str, str]:
    return (
        select(Attendee.id, Attendee.name, Registration.enterprise_name)
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(Attendee.training_id == training_id)
    )


def _live_numbers(training_id: int) -> dict[int, str]:
    rows = db.session.execute(
        select(Proof.attendee_id, Proof.number).where(
            Proof.training_id == training_id, Proof.revoked_at.is_(None)
        )
    )
    return {row.attendee_id: row.number for row in rows}
