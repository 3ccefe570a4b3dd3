"""One intent, one effect: the answer to a keyed request is stored with its work and replayed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.kit import inserts
from app.kit.database import Base, Instant, PrimaryKey, db
from app.kit.errors import FieldFault, Invalid
from app.kit.sealing import Sealed
from app.kit.texts import lazy as _

KEY_MAXIMUM_LENGTH = 200


class IdempotencyMismatch(Invalid):
    """The key was used before with another request."""

    code = "idempotency_mismatch"
    message = _("该请求编号已用于另一份内容，请换用新的编号")


class IdempotentAnswer(Base):
    """An answer given under a key; written in the same transaction as the work."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (
        UniqueConstraint("principal", "key"),
        Index(None, "created_at"),
    )

    id: Mapped[PrimaryKey]
    principal: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(KEY_MAXIMUM_LENGTH))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Sealed)  # names, ticket codes, manage links
    created_at: Mapped[Instant]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was, or is now, answered."""

    status: int
    body: str
    is_replayed: bool = False


def answer_once(
    produce: Callable[[], tuple[int, str]],
    *,
    principal: str,
    key: str,
    request: bytes,
    now: datetime,
) -> Answer:
    """Run `produce` unless (principal, key) was answered before; call inside a unit of work.

    A refusal rolls the key back with everything else, so that the mended request may use it again.
    Raises IdempotencyMismatch when the key was used with another request, Invalid when it is too
    long.
    """
    if not 0 < len(key) <= KEY_MAXIMUM_LENGTH:
        message = _("请求编号应为1至200个字符")
        raise Invalid(faults=(FieldFault(field="Idempotency-Key", code="length", message=message),))
    request_hash = hashlib.sha256(request).hexdigest()
    if not _claim(principal, key, request_hash, now):
        return _replayed(principal, key, request_hash)
    status, body = produce()
    db.session.execute(
        update(IdempotentAnswer)
        .where(IdempotentAnswer.principal == principal, IdempotentAnswer.key == key)
        .values(status=status, body=body)
        .execution_options(synchronize_session=False)
    )
    return Answer(status=status, body=body)


def _claim(principal: str, key: str, request_hash: str, now: datetime) -> bool:
    """Enter the key before the work begins; False when it was answered before.

    Of two at the same instant the second waits here until the first has committed or given up:
    it must not run into its twin's work and be refused for it.
    """
    row = {
        "principal": principal,
        "key": key,
        "request_hash": request_hash,
        "status": 0,
        "body": "",
        "created_at": now,
    }
    statement = inserts.new_rows(IdempotentAnswer, ("principal", "key"), returns=("id",))
    return db.session.execute(statement, row).scalar() is not None


def _replayed(principal: str, key: str, request_hash: str) -> Answer:
    known = db.session.execute(
        select(IdempotentAnswer.request_hash, IdempotentAnswer.status, IdempotentAnswer.body).where(
            IdempotentAnswer.principal == principal, IdempotentAnswer.key == key
        )
    ).one()
    if known.request_hash != request_hash:
        raise IdempotencyMismatch
    return Answer(status=known.status, body=known.body, is_replayed=True)


def forget(*, before: datetime) -> int:
    """Delete the answers given before that instant; give how many. Their keys are free again."""
    deleted = db.session.execute(
        delete(IdempotentAnswer)
        .where(IdempotentAnswer.created_at < before)
        .returning(IdempotentAnswer.id)
        .execution_options(synchronize_session=False)
    )
    return len(deleted.all())
