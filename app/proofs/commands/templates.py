"""Keeps versions of the texts that an organisation prints on its proofs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Organisation
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.proofs.errors import WordingRefused
from app.proofs.models import ProofTemplate
from app.proofs.queries import templates
from app.proofs.rules import wording
from app.proofs.rules.wording import Wording


def change(organisation_id: int, texts: Wording, *, staff_id: int, by: Actor, now: datetime) -> int:
    """Store the texts as the version that holds from now on; give its number.

    Equal texts make no new version. Raises WordingRefused with every fault.
    """
    ensure_allowed(organisation_id, texts)
    organisation = db.session.scalars(
        select(Organisation).where(Organisation.id == organisation_id).with_for_update()
    ).one()
    current = templates.in_force(organisation_id)
    if texts == current.wording:
        return current.number
    row = ProofTemplate(
        organisation_id=organisation_id,
        number=current.number + 1,
        title=texts.title,
        title_en=texts.title_en,
        body=texts.body,
        body_en=texts.body_en,
        signer=texts.signer,
        signer_en=texts.signer_en,
        staff_id=staff_id,
        created_at=now,
    )
    db.session.add(row)
    audit.record(
        "proof_template.changed",
        by=by,
        now=now,
        subject_kind="organisation",
        subject_id=organisation.public_id,
        organisation_id=organisation_id,
        version=row.number,
    )
    return row.number


def ensure_allowed(organisation_id: int, texts: Wording) -> None:
    """Raise WordingRefused with every fault of the texts."""
    faults = wording.faults(texts, allowed=templates.list_allowed(organisation_id))
    if faults:
        raise WordingRefused(faults=faults)
