"""Who may do what, and when sign-ins end or are locked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from app.accounts.models import Role
from app.audit.rules import Actor

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=8)
FAILURES_ALLOWED = 5
LOCK_DURATION = timedelta(minutes=10)
PASSWORD_AGE_LIMIT = timedelta(days=90)


class Scope(StrEnum):
    """What an API token may be used for."""

    TRAININGS_WRITE = "trainings:write"
    REGISTRATIONS_READ = "registrations:read"
    REGISTRATIONS_WRITE = "registrations:write"
    CHECKIN = "checkin"
    ATTENDANCE_READ = "attendance:read"
    ATTENDANCE_WRITE = "attendance:write"
    FEEDBACK_READ = "feedback:read"
    PROGRESS_READ = "progress:read"


_READING = frozenset(
    {Scope.REGISTRATIONS_READ, Scope.ATTENDANCE_READ, Scope.FEEDBACK_READ, Scope.PROGRESS_READ}
)
SCOPES_OF_ROLE: dict[Role, frozenset[Scope]] = {
    Role.ORGANISER: frozenset(Scope),
    Role.TRAINER: frozenset({Scope.CHECKIN}),
    Role.SUPERVISOR: _READING,
    Role.AUDITOR: frozenset(),
    Role.ADMIN: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who has signed in or sent a token, acting in one organisation; a value, not a row."""

    session_id: str  # public id of the login session or of the API token
    staff_id: int
    public_id: str
    name: str
    email: str
    organisation_id: int
    organisation_public_id: str
    organisation_name: str
    roles: frozenset[Role]
    scopes: frozenset[Scope] = frozenset()
    organisations: tuple[tuple[str, str], ...] = ()  # (public id, name) of all it may act in
    must_change_password: bool = False
    kind: str = "staff"

    # what Flask-Login asks of a user
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        return self.session_id

    @property
    def actor(self) -> Actor:
        return Actor(kind=self.kind, id=self.public_id, organisation_id=self.organisation_id)

    def has(self, *roles: Role) -> bool:
        """Tell whether any of `roles` is held."""
        return not self.roles.isdisjoint(roles)


def scopes_of(roles: frozenset[Role]) -> frozenset[Scope]:
    """Give every scope that any of `roles` may use."""
    return frozenset().union(*(SCOPES_OF_ROLE[role] for role in roles))


def is_idle(seen_at: datetime | None, now: datetime) -> bool:
    """Tell whether a browser was silent for too long."""
    return seen_at is None or now - seen_at > IDLE_LIMIT


def lock_after(failures: int, now: datetime) -> datetime | None:
    """Give until when sign-in is locked after so many failures in a row."""
    return now + LOCK_DURATION if failures >= FAILURES_ALLOWED else None
