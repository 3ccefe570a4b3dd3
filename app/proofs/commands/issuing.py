"""Issues proofs, revokes them, and puts a corrected one in the place of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.accounts import queries as accounts
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.kit.errors import FieldFault
from app.kit.ids import random_bytes
from app.kit.settings import settings
from app.proofs.errors import NoLongerPassed, NothingDiffers, ProofRevoked, WordingRefused
from app.proofs.models import Proof, RevokeReason
from app.proofs.queries import candidates, proofs, templates
from app.proofs.queries.candidates import Candidate
from app.proofs.rules import content, numbers, wording
from app.proofs.rules.standing import ensure_may_issue
from app.trainings import queries as trainings
from app.trainings.models import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """On whose order proofs are issued."""

    staff_id: int | None
    batch_id: int | None = None


def issue_next(
    training_id: str, organisation_id: int, *, limit: int, issuer: Issuer, now: datetime
) -> int:
    """Issue the proofs of at most `limit` people who passed and have none; give how many.

    The training's row is locked first, so two who issue take turns; the index on live proofs is
    the last judge. Raises NotOverYet, WordingRefused, NotFound.
    """
    training = trainings.get(training_id, organisation_id, lock=True)
    ensure_may_issue(training.state, training.ends_at, now)
    texts = templates.in_force(organisation_id)
    _ensure_wording(training, texts.wording)
    waiting = candidates.next_to_issue(training, limit=limit)
    for candidate, number in zip(waiting, _new_numbers(len(waiting), now), strict=True):
        db.session.add(_proof(training, texts, candidate, number, issuer=issuer, now=now))
    db.session.flush()
    return len(waiting)


def revoke(
    organisation_id: int,
    number: str,
    *,
    reason: RevokeReason,
    note: str,
    staff_id: int,
    by: Actor,
    now: datetime,
) -> None:
    """Take a proof back; its page says so from now on. Raises ProofNotFound, ProofRevoked."""
    proof = proofs.get_row(organisation_id, number)
    _revoke(proof, reason=reason, note=note, staff_id=staff_id, now=now)
    _remember("proof.revoked", proof, by=by, now=now, reason=reason.value)


def replace(
    organisation_id: int, number: str, *, note: str, staff_id: int, by: Actor, now: datetime
) -> str:
    """Revoke a proof and issue another with what is known now; give the new number.

    Raises ProofNotFound, ProofRevoked, NothingDiffers, NoLongerPassed, WordingRefused.
    """
    training_id = proofs.training_of(organisation_id, number)
    training = trainings.get(training_id, organisation_id, lock=True)
    old = proofs.get_row(organisation_id, number)
    candidate = _candidate(training, old.attendee_id)
    texts = templates.in_force(organisation_id)
    _ensure_wording(training, texts.wording)
    [new_number] = _new_numbers(1, now)
    new = _proof(training, texts, candidate, new_number, issuer=Issuer(staff_id=staff_id), now=now)
    if content.is_same(content.read(old.printed), content.read(new.printed)):
        raise NothingDiffers
    _revoke(old, reason=RevokeReason.REPLACED, note=note, staff_id=staff_id, now=now)
    db.session.flush()  # the index allows one live proof
    new.replaces_id = old.id
    db.session.add(new)
    db.session.flush()
    _remember("proof.replaced", old, by=by, now=now, replaced_by=new.number)
    return new.number


def note_taken(training: Training, count: int, file: str, *, by: Actor, now: datetime) -> None:
    """Remember that staff took proofs out of the house."""
    audit.record(
        "proofs.exported",
        by=by,
        now=now,
        subject_kind="training",
        subject_id=training.public_id,
        organisation_id=training.organisation_id,
        rows=count,
        format=file,
    )


def _candidate(training: Training, attendee_id: int) -> Candidate:
    for one in candidates.list_candidates(training):
        if one.attendee_id == attendee_id and one.is_passed:
            return one
    raise NoLongerPassed


def _revoke(proof: Proof, *, reason: RevokeReason, note: str, staff_id: int, now: datetime) -> None:
    if proof.revoked_at is not None:
        raise ProofRevoked
    proof.revoked_at, proof.revoked_by_id = now, staff_id
    proof.revoke_reason, proof.revoke_note = reason, note


def _remember(action: str, proof: Proof, *, by: Actor, now: datetime, **details: str | int) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="proof",
        subject_id=proof.number,
        organisation_id=proof.organisation_id,
        **details,
    )


def _ensure_wording(training: Training, texts: wording.Wording) -> None:
    """Look at the texts again with the title that will stand in them."""
    allowed = templates.list_allowed(training.organisation_id)
    faults = list(wording.faults(texts, allowed=allowed))
    for title in (training.title, training.title_en):
        faults += [
            FieldFault(field="title", code="forbidden_word", message=word)
            for word in wording.forbidden_in(title, allowed=allowed)
        ]
    if faults:
        raise WordingRefused(faults=tuple(faults))


def _new_numbers(count: int, now: datetime) -> Sequence[str]:
    """Draw numbers that no proof has."""
    year = now.astimezone(ZoneInfo(settings().default_timezone)).year
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        fresh = [
            numbers.compose(year, random_bytes(numbers.RANDOM_BYTES))
            for _missing in range(count - len(drawn))
        ]
        taken = proofs.taken_numbers(fresh)
        drawn |= dict.fromkeys(one for one in fresh if one not in taken)
    return list(drawn)


def _proof(
    training: Training,
    texts: templates.InForce,
    candidate: Candidate,
    number: str,
    *,
    issuer: Issuer,
    now: datetime,
) -> Proof:
    facts = _facts(training, candidate, number, now)
    printed = content.compose(texts.wording, facts)
    return Proof(
        number=number,
        organisation_id=training.organisation_id,
        training_id=training.id,
        attendee_id=candidate.attendee_id,
        batch_id=issuer.batch_id,
        printed=printed,
        content_sha256=content.sha256(printed),
        template_number=texts.number,
        course_minutes=facts.course_minutes,
        attended_minutes=candidate.minutes,
        issued_at=now,
        issued_by_id=issuer.staff_id,
    )


def _facts(training: Training, candidate: Candidate, number: str, now: datetime) -> content.Facts:
    zone = ZoneInfo(settings().default_timezone)
    organisation = accounts.get_organisation(training.organisation_id)
    length = sum(int((one.ends_at - one.starts_at).total_seconds()) for one in training.lessons)
    return content.Facts(
        number=number,
        name=candidate.name,
        enterprise=candidate.enterprise,
        course=training.title,
        course_en=training.title_en,
        issuer=organisation.name,
        issuer_en=organisation.name_en,
        starts_on=training.starts_at.astimezone(zone).date(),
        ends_on=training.ends_at.astimezone(zone).date(),
        issued_on=now.astimezone(zone).date(),
        course_minutes=length // 60,
    )
