"""Leases in the database: one holder per name, a fence that only rises, database time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import String, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.database import Base, Instant, db, unit_of_work

Result = TypeVar("Result")

LEASE_SECONDS = 15
RENEW_SECONDS = 5


class Lease(Base):
    """Who may act under a name until when; each change of holder raises the fence."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    fence: Mapped[int]
    expires_at: Mapped[Instant]
    renewed_at: Mapped[Instant]


class LeaseLost(Exception):
    """Somebody else holds the lease now; nothing of this unit of work is kept."""


class Unit(Protocol):
    """Runs work in one transaction: `unit_of_work`, or one that first looks at a fence."""

    def __call__(self, work: Callable[[], Result]) -> Result: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """The right to act under a name, as long as the fence in the database is this one."""

    name: str
    holder: str
    fence: int

    def unit_of_work(self, work: Callable[[], Result]) -> Result:
        """Run `work` in one transaction, or raise LeaseLost when the fence has risen."""

        def fenced() -> Result:
            ensure_held(self)
            return work()

        return unit_of_work(fenced)


def database_now() -> datetime:
    """Give the database's own time: all who compete for a lease read the same clock."""
    if db.session.get_bind().dialect.name == "postgresql":
        return db.session.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)  # type: ignore[no-any-return]  # a driver's datetime
    text = db.session.execute(select(func.strftime("%Y-%m-%dT%H:%M:%f", "now"))).scalar_one()
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def acquire(name: str, holder: str, *, now: datetime) -> Tenure | None:
    """Take or renew the lease until 15 s after `now`; None while somebody else holds it.

    Call inside a unit of work. A conditional UPDATE decides, so two can never both win.
    """
    until = now + timedelta(seconds=LEASE_SECONDS)
    fence = db.session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.expires_at <= now))
        .values(
            fence=Lease.fence + case((Lease.holder == holder, 0), else_=1),
            holder=holder,
            expires_at=until,
            renewed_at=now,
        )
        .returning(Lease.fence)
        .execution_options(synchronize_session=False)
    ).scalar()
    if fence is None:
        fence = _first(name, holder, until=until, now=now)
    return None if fence is None else Tenure(name=name, holder=holder, fence=fence)


def _first(name: str, holder: str, *, until: datetime, now: datetime) -> int | None:
    if db.session.get(Lease, name) is not None:
        return None
    try:
        with db.session.begin_nested():
            db.session.add(
                Lease(name=name, holder=holder, fence=1, expires_at=until, renewed_at=now)
            )
    except IntegrityError:  # another one was first at the same instant
        return None
    return 1


def ensure_held(tenure: Tenure) -> None:
    """Raise LeaseLost when the fence has risen; until the commit nobody can raise it.

    PostgreSQL: the row is locked against a change of holder. SQLite: the writer is alone.
    """
    fence = db.session.scalar(
        select(Lease.fence).where(Lease.name == tenure.name).with_for_update(read=True)
    )
    if fence != tenure.fence:
        raise LeaseLost


def release(tenure: Tenure, *, now: datetime) -> None:
    """Give the lease back so that a standby need not wait; what is left of the holder is void."""
    db.session.execute(
        update(Lease)
        .where(Lease.name == tenure.name, Lease.fence == tenure.fence)
        .values(expires_at=now, holder="", fence=Lease.fence + 1)
        .execution_options(synchronize_session=False)
    )


def find(name: str) -> Lease | None:
    """Give the lease of that name, if anybody ever held it."""
    return db.session.scalar(select(Lease).where(Lease.name == name))


def is_held(name: str) -> bool:
    """Tell whether somebody holds the lease now, by the database's clock."""
    lease = find(name)
    return lease is not None and lease.expires_at > database_now()
