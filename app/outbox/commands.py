"""Puts letters into the outbox, lends them to a sender, and notes what became of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, update

from app.accounts import queries as accounts
from app.audit import commands as audit
from app.audit.rules import Actor
from app.kit import inserts
from app.kit.database import db
from app.kit.ids import new_id
from app.kit.mail import DeliveryFailed, Mail
from app.kit.settings import settings
from app.outbox import queries
from app.outbox.errors import LetterNotFailed, LetterNotWaiting
from app.outbox.models import Letter, LetterState
from app.outbox.rules import LEASE, Claim, Draft, is_final, pause_after

ROWS_A_STATEMENT = 500
SUBJECT_MAXIMUM = 300


def enqueue(
    mail: Mail,
    *,
    key: str,
    kind: str,
    organisation_id: int,
    subject_kind: str,
    subject_id: str,
    now: datetime,
) -> bool:
    """Store one letter in the present transaction; False when its key was used before."""
    draft = Draft(
        mail=mail,
        key=key,
        kind=kind,
        organisation_id=organisation_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
    )
    return enqueue_all([draft], now=now) == 1


def enqueue_all(drafts: Sequence[Draft], *, now: datetime) -> int:
    """Store many letters with one statement (per 500); give how many keys were new."""
    return sum(
        _insert([_row(draft, now) for draft in drafts[start : start + ROWS_A_STATEMENT]])
        for start in range(0, len(drafts), ROWS_A_STATEMENT)
    )


def _insert(rows: list[dict[str, Any]]) -> int:
    """Store rows whose key is new; of two equal occasions the later one says nothing."""
    stored = inserts.new_rows(Letter, ("key",), returns=("id",))
    return len(db.session.execute(stored, rows[0] if len(rows) == 1 else rows).all())


def _row(draft: Draft, now: datetime) -> dict[str, Any]:
    public_id = new_id()
    return {
        "public_id": public_id,
        "organisation_id": draft.organisation_id,
        "key": draft.key,
        "kind": draft.kind,
        "subject_kind": draft.subject_kind,
        "subject_id": draft.subject_id,
        "recipient": draft.mail.recipient,
        "subject": draft.mail.subject[:SUBJECT_MAXIMUM],
        "text": draft.mail.text,
        "html": draft.mail.html,
        "calendar": draft.mail.calendar,
        "calendar_method": draft.mail.calendar_method,
        "message_id": f"<{public_id}@{settings().public_host}>",
        "state": LetterState.WAITING,
        "attempts": 0,
        "fence": 0,
        "due_at": now,
        "created_at": now,
        "last_error": "",
    }


def claim(letter_id: int, *, now: datetime) -> Claim | None:
    """Lend a due letter to this sender for 60 s; None when somebody else has it or had it.

    A conditional UPDATE decides, so that of two senders only one gets it.
    """
    claimed = db.session.execute(
        update(Letter)
        .where(Letter.id == letter_id, _is_free(now))
        .values(
            state=LetterState.SENDING,
            leased_until=now + LEASE,
            fence=Letter.fence + 1,
            attempts=Letter.attempts + 1,
        )
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if claimed is None:
        return None
    return _claimed(db.session.get_one(Letter, claimed, populate_existing=True))


def _claimed(letter: Letter) -> Claim:
    return Claim(
        letter_id=letter.id,
        fence=letter.fence,
        attempts=letter.attempts,
        message_id=letter.message_id,
        created_at=letter.created_at,
        sender_name=accounts.get_organisation(letter.organisation_id).name,
        mail=Mail(
            recipient=letter.recipient,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            calendar=letter.calendar,
            calendar_method=letter.calendar_method,
        ),
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    waiting = and_(Letter.state == LetterState.WAITING, Letter.due_at <= now)
    left_behind = and_(Letter.state == LetterState.SENDING, Letter.leased_until <= now)
    return or_(waiting, left_behind)


def mark_sent(claim: Claim, *, now: datetime) -> bool:
    """Note that the server took the letter; False when the claim is void."""
    return _settle(claim, state=LetterState.SENT, sent_at=now, last_error="")


def mark_failed(claim: Claim, failure: DeliveryFailed, *, now: datetime) -> bool:
    """Put the letter back for later, or give it to a person; False when the claim is void."""
    if is_final(claim.attempts, is_permanent=failure.is_permanent):
        return _settle(claim, state=LetterState.FAILED, last_error=failure.reason)
    pause = pause_after(claim.attempts, chance=random.random())  # noqa: S311 - jitter
    return _settle(claim, state=LetterState.WAITING, due_at=now + pause, last_error=failure.reason)


def _settle(claim: Claim, **values: Any) -> bool:
    held = (
        Letter.id == claim.letter_id,
        Letter.fence == claim.fence,
        Letter.state == LetterState.SENDING,
    )
    settled = db.session.execute(
        update(Letter)
        .where(*held)
        .values(leased_until=None, **values)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    return settled.scalar() is not None


def retry(organisation_id: int, letter_id: str, *, by: Actor, now: datetime) -> None:
    """Put a failed or cancelled letter back into the queue, with all its attempts before it.

    Raises NotFound, or LetterNotFailed when it waits, is on its way or was delivered.
    """
    letter = queries.get(organisation_id, letter_id)
    _change(
        letter,
        (LetterState.FAILED, LetterState.CANCELLED),
        LetterNotFailed,
        state=LetterState.WAITING,
        attempts=0,
        due_at=now,
    )
    _remember("letter.retried", letter, by=by, now=now)


def cancel(organisation_id: int, letter_id: str, *, by: Actor, now: datetime) -> None:
    """Take a waiting or failed letter out of the queue; NotFound, LetterNotWaiting."""
    letter = queries.get(organisation_id, letter_id)
    _change(
        letter,
        (LetterState.WAITING, LetterState.FAILED),
        LetterNotWaiting,
        state=LetterState.CANCELLED,
    )
    _remember("letter.cancelled", letter, by=by, now=now)


def empty(letter_ids: Sequence[int], *, by: Actor, now: datetime) -> int:
    """Take recipient and words out of letters past their time; the rows stay. Give how many.

    One that still waits is cancelled: nobody wants it after that time, and it has no address.
    """
    is_waiting = Letter.state == LetterState.WAITING
    emptied = db.session.scalars(
        update(Letter)
        .where(Letter.id.in_(letter_ids), queries.is_readable())
        .values(
            recipient="",
            subject="",
            text="",
            html=None,
            calendar=None,
            state=case((is_waiting, LetterState.CANCELLED), else_=Letter.state),
        )
        .returning(Letter.organisation_id)
        .execution_options(synchronize_session=False)
    ).all()
    for organisation_id, count in sorted(Counter(emptied).items()):
        audit.record(
            "retention.letters_emptied",
            by=by,
            now=now,
            subject_kind="organisation",
            subject_id=accounts.get_organisation(organisation_id).public_id,
            organisation_id=organisation_id,
            letters=count,
        )
    return len(emptied)


def _change(
    letter: Letter,
    from_states: tuple[LetterState, ...],
    refusal: type[LetterNotFailed | LetterNotWaiting],
    **values: Any,
) -> None:
    changed = db.session.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.state.in_(from_states), Letter.subject != "")
        .values(**values)
        .returning(Letter.id)
        .execution_options(synchronize_session=False)
    )
    if changed.scalar() is None:
        raise refusal


def _remember(action: str, letter: Letter, *, by: Actor, now: datetime) -> None:
    audit.record(
        action,
        by=by,
        now=now,
        subject_kind="letter",
        subject_id=letter.public_id,
        organisation_id=letter.organisation_id,
        kind=letter.kind,
        attempts=letter.attempts,
    )
