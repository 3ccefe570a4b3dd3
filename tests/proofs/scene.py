"""Plain makers of trainings that are over, of people who passed or not, and of proofs."""

from __future__ import annotations

from datetime import timedelta

from app.attendance.models import Attendance, Credit
from app.audit.rules import SYSTEM
from app.kit.database import unit_of_work
from app.kit.ids import random_bytes
from app.proofs import jobs
from app.proofs.commands import batches, issuing
from app.proofs.commands.issuing import Issuer
from app.proofs.models import BatchState, Proof, ProofBatch
from app.proofs.rules import content, numbers
from app.proofs.rules.wording import Wording
from app.registrations.models import Attendee
from app.trainings.models import Training, TrainingState
from tests.attendance.people import NINE, make_attendees
from tests.makers import make_training, save

AFTER = NINE + timedelta(days=1)


def make_held(organisation=None, *, state: TrainingState = TrainingState.CLOSED, **values):
    """Make a training of one lesson, from NINE for three hours, that is over."""
    return make_training(organisation, **{"starts_at": NINE, "state": state} | values)


def make_people(training: Training, count: int = 1, *, passed: bool = True, **values):
    """Make attendees who passed (or were absent); give each with the code of its ticket."""
    made = make_attendees(training, count, **values)
    save(
        *(
            Attendance(
                organisation_id=training.organisation_id,
                lesson_id=lesson.id,
                attendee_id=attendee.id,
                credit=Credit.PRESENT if passed else Credit.ABSENT,
                minutes=180 if passed else 0,
                is_inside=False,
                is_conflict=False,
                is_corrected=False,
                sources=[],
                evidence={},
                updated_at=lesson.ends_at,
            )
            for lesson in training.lessons
            for attendee, _code in made
        )
    )
    return made


def issue_all(training: Training, *, limit: int = 1000, now=AFTER) -> int:
    """Issue to all who passed, without a batch."""
    key, organisation_id, issuer = (
        training.public_id,
        training.organisation_id,
        Issuer(staff_id=None),
    )
    return unit_of_work(
        lambda: issuing.issue_next(key, organisation_id, limit=limit, issuer=issuer, now=now)
    )


def make_proof_row(training: Training, attendee: Attendee) -> tuple[str, str]:
    """Make a live proof and the finished batch that issued it; give number and batch."""
    batch = ProofBatch(
        organisation_id=training.organisation_id,
        training_id=training.id,
        is_issuing=True,
        state=BatchState.DONE,
        total=1,
        issued=1,
        printed=1,
        created_at=AFTER,
        finished_at=AFTER,
    )
    save(batch)
    number = numbers.compose(2026, random_bytes(numbers.RANDOM_BYTES))
    day = AFTER.date()
    facts = content.Facts(
        number=number,
        name=attendee.name,
        enterprise="示例制造有限公司",
        course=training.title,
        course_en="",
        issuer="示例发放单位",
        issuer_en="",
        starts_on=day,
        ends_on=day,
        issued_on=day,
        course_minutes=180,
    )
    printed = content.compose(Wording(), facts)
    save(
        Proof(
            number=number,
            organisation_id=training.organisation_id,
            training_id=training.id,
            attendee_id=attendee.id,
            batch_id=batch.id,
            printed=printed,
            content_sha256=content.sha256(printed),
            template_number=0,
            course_minutes=180,
            attended_minutes=180,
            issued_at=AFTER,
        )
    )
    return number, batch.public_id


def order(training: Training, *, is_issuing: bool = True, now=AFTER) -> str:
    """Order a batch; give its public id."""
    return unit_of_work(
        lambda: (
            batches.order(
                training.public_id,
                training.organisation_id,
                is_issuing=is_issuing,
                staff_id=None,
                by=SYSTEM,
                now=now,
            ).public_id
        )
    )


def work() -> int:
    """Let the scheduler knock once."""
    return jobs.work_on_proof_batches()
