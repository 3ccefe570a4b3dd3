"""Finds organisations, staff, and whoever a browser or a token speaks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import ApiToken, LoginSession, Organisation, Role, Staff
from app.accounts.rules import Identity, Scope, scopes_of
from app.kit.database import db
from app.kit.errors import NotFound


def find_signed_in(session_id: str, *, now: datetime) -> Identity | None:
    """Give who is signed in under a login session that is neither revoked nor over."""
    row = db.session.execute(
        select(LoginSession.organisation_id, Staff)
        .join(Staff, Staff.id == LoginSession.staff_id)
        .where(
            LoginSession.public_id == session_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            Staff.is_active,
        )
    ).one_or_none()
    return None if row is None else identity(row.Staff, row.organisation_id, session_id=session_id)


def find_api_caller(token_id: str, *, now: datetime) -> Identity | None:
    """Give whom an API token speaks for, with the scopes that both token and roles allow."""
    row = db.session.execute(
        select(ApiToken, Staff)
        .join(Staff, Staff.id == ApiToken.staff_id)
        .where(
            ApiToken.public_id == token_id,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
            Staff.is_active,
        )
    ).one_or_none()
    if row is None:
        return None
    scopes = frozenset(Scope(scope) for scope in row.ApiToken.scopes)
    return identity(
        row.Staff, row.ApiToken.organisation_id, session_id=token_id, scopes=scopes, kind="api"
    )


def identity(
    staff: Staff,
    organisation_id: int,
    *,
    session_id: str,
    scopes: frozenset[Scope] = frozenset(),
    kind: str = "staff",
) -> Identity | None:
    """Give `staff` acting in one organisation, or None when it has no role there (any more)."""
    here = [m for m in staff.memberships if m.organisation_id == organisation_id]
    if not here:
        return None
    roles = frozenset(membership.role for membership in here)
    organisation = here[0].organisation
    everywhere = {m.organisation.public_id: m.organisation.name for m in staff.memberships}
    return Identity(
        session_id=session_id,
        staff_id=staff.id,
        public_id=staff.public_id,
        name=staff.name,
        email=staff.email,
        organisation_id=organisation.id,
        organisation_public_id=organisation.public_id,
        organisation_name=organisation.name,
        roles=roles,
        scopes=scopes & scopes_of(roles),
        organisations=tuple(everywhere.items()),
        must_change_password=staff.must_change_password,
        kind=kind,
    )


def get_organisation(organisation_id: int) -> Organisation:
    """Give an organisation by its key; NotFound."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound
    return organisation


def find_staff_by_email(email: str) -> Staff | None:
    """Give the account with this e-mail address (compared in lower case)."""
    return db.session.scalar(select(Staff).where(Staff.email == email.strip().lower()))


def list_staff(organisation_id: int) -> Sequence[Staff]:
    """List the accounts with a role in the organisation, by name."""
    return db.session.scalars(
        select(Staff)
        .where(Staff.memberships.any(organisation_id=organisation_id))
        .order_by(Staff.name, Staff.id)
    ).all()


def list_trainers(organisation_id: int) -> Sequence[Staff]:
    """List the active accounts that may teach in the organisation, by name."""
    return db.session.scalars(
        select(Staff)
        .where(
            Staff.is_active,
            Staff.memberships.any(organisation_id=organisation_id, role=Role.TRAINER),
        )
        .order_by(Staff.name, Staff.id)
    ).all()
