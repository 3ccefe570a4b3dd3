"""Leases in the database: one holder per name, a fence that only rises, database time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.database import Base, Instant, db

LEASE_SECONDS = 15


class Lease(Base):
    """Who may act under a name until when; each change of holder raises the fence."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    fence: Mapped[int]
    expires_at: Mapped[Instant]
    renewed_at: Mapped[Instant]


def acquire(name: str, holder: str, *, now: datetime) -> int | None:
    """Take or renew the lease; give its fence, or None while somebody else holds it.

    Call inside a unit of work. A conditional UPDATE decides, so two can never both win.
    """
    until = now + timedelta(seconds=LEASE_SECONDS)
    taken = db.session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.holder == holder, Lease.expires_at <= now))
        .values(
            fence=Lease.fence + db.case((Lease.holder == holder, 0), else_=1),
            holder=holder,
            expires_at=until,
            renewed_at=now,
        )
        .returning(Lease.fence)
        .execution_options(synchronize_session=False)
    ).scalar()
    if taken is not None:
        return int(taken)
    return _first(name, holder, until=until, now=now)


def _first(name: str, holder: str, *, until: datetime, now: datetime) -> int | None:
    if db.session.get(Lease, name) is not None:
        return None
    try:
        with db.session.begin_nested():
            db.session.add(
                Lease(name=name, holder=holder, fence=1, expires_at=until, renewed_at=now)
            )
    except IntegrityError:
        return None
    return 1


def release(name: str, holder: str, *, now: datetime) -> None:
    """Give the lease back so that a standby need not wait."""
    db.session.execute(
        update(Lease).where(Lease.name == name, Lease.holder == holder).values(expires_at=now)
    )


def find(name: str) -> Lease | None:
    """Give the lease of that name, if anybody ever held it."""
    return db.session.scalar(select(Lease).where(Lease.name == name))
