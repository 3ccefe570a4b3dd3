"""Fills an empty database with one of three plays, whole or not at all."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from app.accounts.models import Organisation
from app.kit import ids
from app.kit.database import db, unit_of_work
from app.seeds import acceptance, demo, load
from app.seeds.result import Made
from app.seeds.stage import Stage

DEFAULT_SEED = 1
DEFAULT_ATTENDEES = 10_000


class Profile(StrEnum):
    """What the synthetic data is for."""

    DEMO = "demo"
    ACCEPTANCE = "acceptance"
    LOAD = "load"


class AlreadyFilled(Exception):
    """The database has organisations: synthetic data never mixes with other data."""


def is_empty() -> bool:
    """Tell whether nobody uses this database yet."""
    found = db.session.scalar(select(Organisation.id).limit(1))
    db.session.close()
    return found is None


def seed(
    profile: Profile,
    *,
    now: datetime,
    number: int = DEFAULT_SEED,
    attendees: int = DEFAULT_ATTENDEES,
) -> Made:
    """Make the data of a profile; the same number, hour and keys give the same rows everywhere.

    AlreadyFilled when the database is in use.
    """
    now = now.replace(minute=0, second=0, microsecond=0)
    if not is_empty():
        raise AlreadyFilled
    with ids.repeatable(number):
        known = _PREPARE[profile](number)

    def work() -> Made:
        with ids.repeatable(number):
            stage = Stage(seed=number, now=now)
            if profile is Profile.LOAD:
                return load.play(stage, known, attendees=attendees)
            return _PLAY[profile](stage, known)

    return unit_of_work(work)


_PREPARE = {
    Profile.DEMO: demo.prepare,
    Profile.ACCEPTANCE: acceptance.prepare,
    Profile.LOAD: load.prepare,
}
_PLAY = {Profile.DEMO: demo.play, Profile.ACCEPTANCE: acceptance.play}
