"""Makes organisations and accounts, and grants and takes roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.accounts import queries
from app.accounts.commands import signing_in, throttle
from app.accounts.errors import EmailTaken, LastAdmin, OwnRoles, SharedAccount
from app.accounts.models import Membership, Organisation, OrganisationKind, Role, Staff
from app.accounts.rules import Identity, ensure_separated
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db, violates
from app.kit.errors import FieldFault


def create_organisation(
    name: str, kind: OrganisationKind, *, by: Actor, now: datetime
) -> Organisation:
    """Add an organisation; its name must be new."""
    organisation = Organisation(name=name, kind=kind, created_at=now)
    db.session.add(organisation)
    db.session.flush()
    audit.record(
        "organisation.created",
        by=by,
        now=now,
        subject_kind="organisation",
        subject_id=organisation.public_id,
        organisation_id=organisation.id,
    )
    return organisation


def create_staff(
    *,
    email: str,
    name: str,
    roles: frozenset[Role],
    organisation_id: int,
    password_hash: str,
    by: Actor,
    now: datetime,
) -> Staff:
    """Add an account that must change its password at the first sign-in; EmailTaken."""
    ensure_separated(roles)
    staff = Staff(
        email=email,
        name=name,
        password_hash=password_hash,
        password_changed_at=now,
        must_change_password=True,
        created_at=now,
        memberships=_memberships(organisation_id, roles),
    )
    db.session.add(staff)
    try:
        db.session.flush()
    except IntegrityError as error:
        if not violates(error, "uq_staff_email"):
            raise
        fault = FieldFault(field="email", code=EmailTaken.code, message=EmailTaken.message)
        raise EmailTaken(faults=(fault,)) from error
    _record("staff.created", staff, organisation_id, by=by, now=now, roles=_codes(roles))
    return staff


def join(
    staff_id: int, roles: frozenset[Role], organisation_id: int, *, by: Actor, now: datetime
) -> None:
    """Let an account that exists act for one more organisation (from the command line only)."""
    staff = db.session.get_one(Staff, staff_id)
    held = _held(staff, organisation_id)
    ensure_separated(roles | held)
    staff.memberships.extend(_memberships(organisation_id, roles - held))
    _record("staff.joined", staff, organisation_id, by=by, now=now, roles=_codes(roles))


def change_staff(
    public_id: str, *, name: str, roles: frozenset[Role], by: Identity, now: datetime
) -> None:
    """Set an account's name and its roles here; not one's own roles, and an admin must stay."""
    staff = _managed(public_id, by)
    here, held = by.organisation_id, _held(staff, by.organisation_id)
    if roles != held:
        _ensure_other(staff, by)
        ensure_separated(roles)
    if name != staff.name:
        _ensure_unshared(staff, here)
        staff.name = name
    staff.memberships[:] = [
        m for m in staff.memberships if m.organisation_id != here or m.role in roles
    ] + _memberships(here, roles - held)
    db.session.flush()
    _ensure_admin_stays(here)
    _record("staff.changed", staff, here, by=by.actor, now=now, roles=_codes(roles))


def deactivate(public_id: str, *, by: Identity, now: datetime) -> None:
    """Switch an account off: its browsers are signed out, its API tokens stop working."""
    staff = _managed(public_id, by)
    _ensure_other(staff, by)
    _ensure_unshared(staff, by.organisation_id)
    staff.is_active = False
    db.session.flush()
    _ensure_admin_stays(by.organisation_id)
    signing_in.revoke_all(staff.id, now=now)
    _record("staff.deactivated", staff, by.organisation_id, by=by.actor, now=now)


def activate(public_id: str, *, by: Identity, now: datetime) -> None:
    """Switch an account on again."""
    staff = _managed(public_id, by)
    _ensure_unshared(staff, by.organisation_id)
    staff.is_active = True
    _record("staff.activated", staff, by.organisation_id, by=by.actor, now=now)


def reset_password(
    public_id: str, password_hash: str, account: str, *, by: Identity, now: datetime
) -> None:
    """Give an account a one-time password; `account` is its keyed hash, whose lock is lifted."""
    staff = _managed(public_id, by)
    _ensure_other(staff, by)
    _ensure_unshared(staff, by.organisation_id)
    staff.password_hash = password_hash
    staff.password_changed_at = now
    staff.must_change_password = True
    signing_in.revoke_all(staff.id, now=now)
    throttle.forget(account)
    _record("staff.password_reset", staff, by.organisation_id, by=by.actor, now=now)


def reset_totp(public_id: str, *, by: Identity, now: datetime) -> None:
    """Take a lost authenticator off an account, and sign it out everywhere."""
    staff = _managed(public_id, by)
    _ensure_other(staff, by)
    _ensure_unshared(staff, by.organisation_id)
    staff.totp_secret = None
    signing_in.revoke_all(staff.id, now=now)
    _record("staff.totp_reset", staff, by.organisation_id, by=by.actor, now=now)


def restore_access(
    staff_id: int, password_hash: str, account: str, *, by: Actor, now: datetime
) -> None:
    """Give any account a one-time password and no authenticator (from the command line only)."""
    staff = db.session.get_one(Staff, staff_id)
    staff.password_hash = password_hash
    staff.password_changed_at = now
    staff.must_change_password = True
    staff.totp_secret = None
    signing_in.revoke_all(staff.id, now=now)
    throttle.forget(account)
    first = staff.memberships[0].organisation_id
    _record("staff.password_reset", staff, first, by=by, now=now)


def _managed(public_id: str, by: Identity) -> Staff:
    """Give the account, holding its organisation's row so that two admins take turns."""
    db.session.execute(
        select(Organisation.id).where(Organisation.id == by.organisation_id).with_for_update()
    )
    return queries.get_staff(public_id, organisation_id=by.organisation_id)


def _ensure_other(staff: Staff, by: Identity) -> None:
    if staff.id == by.staff_id:
        raise OwnRoles


def _ensure_unshared(staff: Staff, organisation_id: int) -> None:
    """Refuse what would let one organisation's admin act through another's account."""
    if any(m.organisation_id != organisation_id for m in staff.memberships):
        raise SharedAccount


def _ensure_admin_stays(organisation_id: int) -> None:
    admins = db.session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(Staff, Staff.id == Membership.staff_id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == Role.ADMIN,
            Staff.is_active,
        )
    )
    if not admins:
        raise LastAdmin


def _held(staff: Staff, organisation_id: int) -> frozenset[Role]:
    return frozenset(m.role for m in staff.memberships if m.organisation_id == organisation_id)


def _memberships(organisation_id: int, roles: Iterable[Role]) -> list[Membership]:
    return [Membership(organisation_id=organisation_id, role=role) for role in sorted(roles)]


def _codes(roles: frozenset[Role]) -> list[str]:
    return sorted(role.value for role in roles)


def _record(
    action: str,
    staff: Staff,
    organisation_id: int,
    *,
    by: Actor,
    now: datetime,
    **details: list[str],
) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="staff",
        subject_id=staff.public_id,
        organisation_id=organisation_id,
        **details,
    )
