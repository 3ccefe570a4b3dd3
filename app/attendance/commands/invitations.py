"""Invites phones to become desks of a lesson, by a code that is good once and for ten minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.attendance.commands import desks
from app.attendance.errors import DeskClosed, InvitationExpired, InvitationUsed
from app.attendance.models import Desk, DeskInvitation
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit.database import db
from app.kit.errors import NotFound
from app.kit.ids import new_id

GOOD_FOR = timedelta(minutes=10)


def invite(
    lesson: str,
    *,
    organisation_id: int,
    label: str,
    may_search: bool,
    staff_id: int,
    by: Actor,
    now: datetime,
) -> DeskInvitation:
    """Invite one phone to be a new desk of a lesson (public id) of the organisation.

    NotFound for a foreign lesson, DeskClosed when the training is not published.
    """
    lesson_id = desks.lesson_open_to_desks(lesson, organisation_id=organisation_id).id
    invitation = DeskInvitation(
        organisation_id=organisation_id,
        lesson_id=lesson_id,
        staff_id=staff_id,
        label=label,
        may_search=may_search,
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    return _send_out(invitation, lesson, by=by, now=now)


def invite_again(
    desk: str, lesson: str, *, organisation_id: int, staff_id: int, by: Actor, now: datetime
) -> DeskInvitation:
    """Invite a phone to go on as a desk (public id) under a new key; the old one ends when used.

    NotFound for a foreign lesson or desk, DeskClosed when either is closed.
    """
    lesson_id = desks.lesson_open_to_desks(lesson, organisation_id=organisation_id).id
    row = desks.get_desk(desk, organisation_id=organisation_id, lesson_id=lesson_id)
    if row.revoked_at is not None:
        raise DeskClosed
    invitation = DeskInvitation(
        organisation_id=organisation_id,
        lesson_id=lesson_id,
        staff_id=staff_id,
        label=row.label,
        may_search=row.may_search,
        created_at=now,
        expires_at=now + GOOD_FOR,
        desk_id=row.id,
    )
    return _send_out(invitation, lesson, by=by, now=now)


def accept(token_id: str, *, now: datetime) -> Desk:
    """Make the phone that bears an invitation a desk; its token is made from the row.

    NotFound when there is no such invitation, InvitationUsed, InvitationExpired, DeskClosed when
    the training, or the desk that was to get a new key, was closed meanwhile.
    """
    claimed = db.session.scalar(
        update(DeskInvitation)
        .where(
            DeskInvitation.token_id == token_id,
            DeskInvitation.used_at.is_(None),
            DeskInvitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(DeskInvitation)
    )
    if claimed is None:
        raise _refusal(token_id)
    lesson = desks.lesson_by_key(claimed.lesson_id)
    desk = _new_desk(claimed, lesson, now) if claimed.desk_id is None else _same_desk(claimed)
    desk.expires_at = desks.end_of(lesson, now)
    desk.last_seen_at = now
    db.session.flush()
    action = "desk.opened" if claimed.desk_id is None else "desk.rekeyed"
    claimed.desk_id = desk.id
    by = Actor(kind="desk", id=desk.public_id, organisation_id=desk.organisation_id)
    desks.remember(action, desk, by=by, now=now)
    return desk


def _new_desk(claimed: DeskInvitation, lesson: desks.OpenLesson, now: datetime) -> Desk:
    desk = Desk(
        organisation_id=claimed.organisation_id,
        lesson_id=claimed.lesson_id,
        staff_id=claimed.staff_id,
        label=claimed.label,
        may_search=claimed.may_search,
        created_at=now,
        expires_at=desks.end_of(lesson, now),
    )
    db.session.add(desk)
    return desk


def _same_desk(claimed: DeskInvitation) -> Desk:
    """Give the desk a new key; the token that signs the old one is worthless from now on."""
    desk = db.session.scalars(
        select(Desk).where(Desk.id == claimed.desk_id).with_for_update()
    ).one()
    if desk.revoked_at is not None:
        raise DeskClosed
    desk.credential_id = new_id()
    return desk


def _refusal(token_id: str) -> Exception:
    known = db.session.scalar(select(DeskInvitation).where(DeskInvitation.token_id == token_id))
    if known is None:
        return NotFound()
    return InvitationExpired() if known.used_at is None else InvitationUsed()


def _send_out(
    invitation: DeskInvitation, lesson: str, *, by: Actor, now: datetime
) -> DeskInvitation:
    db.session.add(invitation)
    db.session.flush()
    audit.record(
        "desk.invited",
        by=by,
        now=now,
        subject_kind="lesson",
        subject_id=lesson,
        organisation_id=invitation.organisation_id,
        may_search=invitation.may_search,
        again=invitation.desk_id is not None,
    )
    return invitation
