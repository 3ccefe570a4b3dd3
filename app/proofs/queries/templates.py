"""Reads the texts with which an organisation prints its proofs, and the names they may bear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import Organisation, Staff
from app.kit.database import db
from app.proofs.models import ProofTemplate
from app.proofs.rules.wording import Wording
from app.trainings.models import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The texts that hold now and their number; 0 are the texts of the house."""

    number: int
    wording: Wording


def in_force(organisation_id: int) -> InForce:
    """Give the texts that an organisation prints now."""
    row = db.session.scalar(
        select(ProofTemplate)
        .where(ProofTemplate.organisation_id == organisation_id)
        .order_by(ProofTemplate.number.desc())
        .limit(1)
    )
    if row is None:
        return InForce(number=0, wording=Wording())
    return InForce(number=row.number, wording=wording_of(row))


def wording_of(row: ProofTemplate) -> Wording:
    """Give the texts of a row."""
    return Wording(
        title=row.title,
        title_en=row.title_en,
        body=row.body,
        body_en=row.body_en,
        signer=row.signer,
        signer_en=row.signer_en,
    )


def list_versions(organisation_id: int) -> Sequence[tuple[ProofTemplate, str]]:
    """List an organisation's versions with who wrote them, the latest first."""
    rows = db.session.execute(
        select(ProofTemplate, Staff.name)
        .outerjoin(Staff, Staff.id == ProofTemplate.staff_id)
        .where(ProofTemplate.organisation_id == organisation_id)
        .order_by(ProofTemplate.number.desc())
        .limit(20)
    )
    return [(row.ProofTemplate, row.name or "") for row in rows]


def list_allowed(organisation_id: int) -> Sequence[str]:
    """List the names that may bear forbidden words: the issuer's own, its programmes' titles."""
    organisation = db.session.get_one(Organisation, organisation_id)
    programmes = db.session.execute(
        select(Programme.name, Programme.name_en)
        .where(Programme.organisation_id == organisation_id)
        .order_by(Programme.id)
    )
    names = [organisation.name, organisation.name_en]
    names += [name for row in programmes for name in (row.name, row.name_en)]
    return [name for name in names if name]


def get_issuer(organisation_id: int) -> tuple[str, str]:
    """Give the issuer's legal name, and its English one or nothing."""
    organisation = db.session.get_one(Organisation, organisation_id)
    return organisation.name, organisation.name_en
