"""Finds organisations, staff, and whoever a browser or a token speaks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import ApiToken, LoginSession, Organisation, Role, Staff
from app.accounts.rules import Identity, Scope, scopes_of
from app.kit.database import db
from app.kit.errors import NotFound


def find_signed_in(session_id: str, *, now: datetime) -> Identity | None:
    """Give who is signed in under a login session that is neither revoked nor over."""
    statement = (
        select(LoginSession.organisation_id, Staff)
        .join(Staff, Staff.id == LoginSession.staff_id)
        .options(joinedload(Staff.memberships))  # asked on every page: one statement for all
        .where(
            LoginSession.public_id == session_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            Staff.is_active,
        )
    )
    row = db.session.execute(statement).unique().one_or_none()
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


def find_login_session(session_id: str) -> LoginSession | None:
    """Give a login session by its public id."""
    return db.session.scalar(select(LoginSession).where(LoginSession.public_id == session_id))


def list_login_sessions(staff_id: int, *, now: datetime) -> Sequence[LoginSession]:
    """List the browsers in which an account is signed in, the newest first."""
    return db.session.scalars(
        select(LoginSession)
        .options(joinedload(LoginSession.organisation))
        .where(
            LoginSession.staff_id == staff_id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
        )
        .order_by(LoginSession.id.desc())
    ).all()


def list_api_tokens(staff_id: int, organisation_id: int, *, now: datetime) -> Sequence[ApiToken]:
    """List the usable API tokens of an account in one organisation, the newest first."""
    return db.session.scalars(
        select(ApiToken)
        .where(
            ApiToken.staff_id == staff_id,
            ApiToken.organisation_id == organisation_id,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
        )
        .order_by(ApiToken.id.desc())
    ).all()


def get_staff(public_id: str, *, organisation_id: int) -> Staff:
    """Give an account that has a role in the organisation; NotFound."""
    staff = db.session.scalar(
        select(Staff).where(
            Staff.public_id == public_id,
            Staff.memberships.any(organisation_id=organisation_id),
        )
    )
    if staff is None:
        raise NotFound
    return staff


def get_own(staff_id: int) -> Staff:
    """Give the account of whoever is signed in."""
    return db.session.get_one(Staff, staff_id)


def find_active(public_id: str) -> Staff | None:
    """Give an account that may sign in."""
    return db.session.scalar(
        select(Staff).where(Staff.public_id == public_id, Staff.is_active, Staff.memberships.any())
    )


def names_of_staff(public_ids: Iterable[str]) -> dict[str, str]:
    """Give the names of accounts by public id; unknown ids are left out."""
    rows = db.session.execute(
        select(Staff.public_id, Staff.name).where(Staff.public_id.in_(set(public_ids)))
    )
    return {row.public_id: row.name for row in rows}


def find_organisation_by_name(name: str) -> Organisation | None:
    """Give the organisation of this name."""
    return db.session.scalar(select(Organisation).where(Organisation.name == name))


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
