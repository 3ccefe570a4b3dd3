"""Certificates of attendance: issued some days after the end, one of them taken back."""

from __future__ import annotations

from datetime import datetime

from app.kit.errors import Conflict
from app.proofs.commands import batches, issuing
from app.proofs.models import RevokeReason
from app.proofs.queries import proofs
from app.seeds.offices import Office
from app.trainings import queries as trainings

AT_ONCE = 500
REVOKED = "现场签到表核对后发现是同事代签"


def certify(office: Office, training: str, *, takes_one_back: bool, now: datetime) -> None:
    """Issue proofs to all who passed; their archive is packed when somebody asks for it."""
    who = office.organiser
    try:
        batch = batches.order(
            training, office.id, is_issuing=True, staff_id=who.staff_id, by=office.by, now=now
        )
    except Conflict:  # nobody passed
        return
    held = batches.claim(batch.id, now=now)
    assert held is not None  # noqa: S101 - nobody else works here
    while batches.issue_some(held, limit=AT_ONCE, now=now):
        pass
    batches.note_printed(held, printed=batch.total, of=batch.total, now=now)
    batches.finish(held, stored_name="", size_bytes=0, now=now)
    if takes_one_back:
        _take_one_back(office, training, now=now)


def _take_one_back(office: Office, training: str, *, now: datetime) -> None:
    last = proofs.list_live(trainings.get(training, office.id))[-1]
    issuing.revoke(
        office.id,
        last.number,
        reason=RevokeReason.ATTENDANCE,
        note=REVOKED,
        staff_id=office.organiser.staff_id,
        by=office.by,
        now=now,
    )
