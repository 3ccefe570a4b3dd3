"""Makes and revokes the credentials of programs."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.errors import ScopeMissing
from app.accounts.models import ApiToken
from app.accounts.rules import Identity, Scope, scopes_of
from app.audit import commands as audit
from app.kit import tokens
from app.kit.database import db
from app.kit.errors import NotFound


def create(
    label: str, scopes: AbstractSet[Scope], *, days: int, by: Identity, now: datetime
) -> str:
    """Make a token of whoever acts and give it once; ScopeMissing beyond the account's roles."""
    if not scopes <= scopes_of(by.roles):
        raise ScopeMissing
    row = ApiToken(
        staff_id=by.staff_id,
        organisation_id=by.organisation_id,
        label=label,
        scopes=sorted(scope.value for scope in scopes),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        "api_token.created",
        by=by.actor,
        now=now,
        subject_kind="api_token",
        subject_id=row.public_id,
        scopes=row.scopes,
        days=days,
    )
    return tokens.issue(tokens.Purpose.API, row.public_id)


def revoke(public_id: str, *, of_staff_id: int, by: Identity, now: datetime) -> None:
    """End a token that an account has in the present organisation; NotFound for any other."""
    row = db.session.scalar(
        select(ApiToken).where(
            ApiToken.public_id == public_id,
            ApiToken.staff_id == of_staff_id,
            ApiToken.organisation_id == by.organisation_id,
            ApiToken.revoked_at.is_(None),
        )
    )
    if row is None:
        raise NotFound
    row.revoked_at = now
    audit.record(
        "api_token.revoked",
        by=by.actor,
        now=now,
        subject_kind="api_token",
        subject_id=row.public_id,
    )
