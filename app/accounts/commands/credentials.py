"""Changes by which staff prove who they are: their password and their authenticator."""

from __future__ import annotations

from datetime import datetime

from app.accounts.commands import signing_in, throttle
from app.accounts.models import Staff
from app.accounts.rules import Identity
from app.audit import commands as audit
from app.kit.database import db


def change_password(password_hash: str, *, by: Identity, now: datetime) -> None:
    """Take a new password (hashed before) and sign the account out of its other browsers."""
    staff = db.session.get_one(Staff, by.staff_id)
    staff.password_hash = password_hash
    staff.password_changed_at = now
    staff.must_change_password = False
    signing_in.revoke_all(staff.id, now=now, but=by.session_id)
    _record("staff.password_changed", by=by, now=now)


def enrol_totp(secret: str, step: int, *, by: Identity, now: datetime) -> None:
    """Ask this account for a code from now on; the code that confirmed it is used up."""
    staff = db.session.get_one(Staff, by.staff_id)
    staff.totp_secret = secret
    staff.totp_step = step
    signing_in.revoke_all(staff.id, now=now, but=by.session_id)
    _record("staff.totp_enrolled", by=by, now=now)


def disable_totp(*, by: Identity, now: datetime) -> None:
    """Ask this account for its password alone."""
    staff = db.session.get_one(Staff, by.staff_id)
    staff.totp_secret = None
    _record("staff.totp_disabled", by=by, now=now)


def confirm(subjects: tuple[str, str]) -> None:
    """Give back the attempt that was claimed before one's own password was checked."""
    for subject in subjects:
        throttle.give_back(subject)


def _record(action: str, *, by: Identity, now: datetime) -> None:
    audit.record(action, by=by.actor, now=now, subject_kind="staff", subject_id=by.public_id)
