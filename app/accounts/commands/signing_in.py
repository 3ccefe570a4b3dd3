"""Opens, moves and ends the sign-ins of staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from app.accounts import queries
from app.accounts.commands import throttle
from app.accounts.errors import WrongCode
from app.accounts.models import LoginSession, Membership, Organisation, Staff
from app.accounts.rules import ABSOLUTE_LIMIT, Identity
from app.audit import commands as audit
from app.audit.rules import PUBLIC, Actor
from app.kit.database import db
from app.kit.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """As whom and from where somebody tries to come in: two keyed hashes, and the browser."""

    account: str
    address: str
    browser: str = ""

    @property
    def subjects(self) -> tuple[str, str]:
        return self.account, self.address


def begin(staff_id: int, attempt: Attempt, *, now: datetime) -> str:
    """Sign in an account whose credentials were right; give the id of the new login session."""
    staff = db.session.get_one(Staff, staff_id)
    row = LoginSession(
        staff_id=staff.id,
        organisation_id=_last_organisation(staff),
        created_at=now,
        expires_at=now + ABSOLUTE_LIMIT,
        browser=attempt.browser,
    )
    db.session.add(row)
    db.session.flush()
    throttle.forget(attempt.account)
    throttle.give_back(attempt.address)
    by = Actor(kind="staff", id=staff.public_id, organisation_id=row.organisation_id)
    audit.record(
        "staff.signed_in", by=by, now=now, subject_kind="staff", subject_id=staff.public_id
    )
    return row.public_id


def fail(staff_id: int | None, *, now: datetime) -> None:
    """Remember a failed attempt; an unknown account costs the same as a known one."""
    staff = None if staff_id is None else db.session.get(Staff, staff_id)
    audit.record(
        "staff.sign_in_failed",
        by=PUBLIC,
        now=now,
        subject_kind="staff",
        subject_id="-" if staff is None else staff.public_id,
        organisation_id=None if staff is None else _last_organisation(staff),
    )


def use_code(staff_id: int, step: int) -> None:
    """Use up the authenticator's code of time step `step`; WrongCode when it was used before."""
    used = db.session.execute(
        update(Staff)
        .where(Staff.id == staff_id, Staff.totp_step < step)
        .values(totp_step=step)
        .execution_options(synchronize_session=False)
        .returning(Staff.id)
    ).scalar()
    if used is None:
        raise WrongCode


def end(session_id: str, *, by: Actor, now: datetime) -> None:
    """Sign out the browser that bears `session_id`."""
    if _revoke(now, LoginSession.public_id == session_id):
        audit.record("staff.signed_out", by=by, now=now, subject_kind="staff", subject_id=by.id)


def revoke(session_id: str, *, by: Identity, now: datetime) -> None:
    """Sign out one of one's own browsers; NotFound for anybody else's."""
    mine = LoginSession.staff_id == by.staff_id
    if not _revoke(now, LoginSession.public_id == session_id, mine):
        raise NotFound
    audit.record(
        "staff.session_revoked",
        by=by.actor,
        now=now,
        subject_kind="staff",
        subject_id=by.public_id,
    )


def revoke_all(staff_id: int, *, now: datetime, but: str = "") -> None:
    """Sign an account out everywhere, except in the browser that bears `but`."""
    _revoke(now, LoginSession.staff_id == staff_id, LoginSession.public_id != but)


def switch_organisation(organisation_public_id: str, *, by: Identity, now: datetime) -> str:
    """Act for another of one's organisations; give the id of the new login session."""
    organisation = db.session.scalar(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Organisation.public_id == organisation_public_id, Membership.staff_id == by.staff_id)
        .limit(1)
    )
    old = queries.find_login_session(by.session_id)
    if organisation is None or old is None:
        raise NotFound
    old.revoked_at = now
    row = LoginSession(
        staff_id=by.staff_id,
        organisation_id=organisation.id,
        created_at=now,
        expires_at=old.expires_at,
        browser=old.browser,
    )
    db.session.add(row)
    audit.record(
        "staff.organisation_chosen",
        by=by.actor,
        now=now,
        subject_kind="organisation",
        subject_id=organisation.public_id,
        organisation_id=organisation.id,
    )
    db.session.flush()
    return row.public_id


def _last_organisation(staff: Staff) -> int:
    """Give the organisation the account acted in last, while it still may."""
    mine = [membership.organisation_id for membership in staff.memberships]
    last = db.session.scalar(
        select(LoginSession.organisation_id)
        .where(LoginSession.staff_id == staff.id)
        .order_by(LoginSession.id.desc())
        .limit(1)
    )
    return last if last in mine else mine[0]


def _revoke(now: datetime, *which: object) -> bool:
    revoked = db.session.execute(
        update(LoginSession)
        .where(LoginSession.revoked_at.is_(None), *which)  # type: ignore[arg-type]  # conditions
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
        .returning(LoginSession.id)
    )
    return revoked.first() is not None
