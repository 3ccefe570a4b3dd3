"""Fills databases for the measurements: a year to read and sign up in, and ten thousand people."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.servers import flask

PEOPLE = 10_000
PLENTY = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An installation with its synthetic data."""

    env: dict[str, str]
    document: dict[str, list[dict[str, Any]]]


def environment(folder: Path) -> dict[str, str]:
    """Give the environment of an installation in a folder of its own."""
    own = {"DATABASE_URL", "REDIS_URL", "SECRET_KEYS", "PUBLIC_URL", "MEDIA_DIR", "MAIL_URL"}
    inherited = {name: value for name, value in os.environ.items() if name not in own}
    return inherited | {"INSTANCE_DIR": str(folder), "RATE_LIMITS": "off"}


def a_year(folder: Path) -> Instance:
    """Seed the demonstration and give the trainings that are open endless places."""
    env = environment(folder)
    document = json.loads(flask("seed", "--profile", "demo", "--json", env=env))
    _change(
        folder,
        f"UPDATE training SET capacity_onsite = {PLENTY} WHERE mode != 'livestream'"
        " AND state = 'published'",
    )
    return Instance(env=env, document=document)


def a_crowd(folder: Path, people: int = PEOPLE) -> Instance:
    """Seed one training with many people and let its first lesson run now."""
    env = environment(folder)
    count = str(people)
    document = json.loads(
        flask("seed", "--profile", "load", "--attendees", count, "--json", env=env)
    )
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    first, last = (document["trainings"][0]["lessons"][place]["id"] for place in (0, 1))
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=2)
    times = "starts_at = '{}.000000', ends_at = '{}.000000'"
    later = timedelta(days=1)
    _change(
        folder,
        f"UPDATE lesson SET {times.format(begins, ends)} WHERE public_id = '{first}'",
        f"UPDATE lesson SET {times.format(begins + later, ends + later)}"
        f" WHERE public_id = '{last}'",
        f"UPDATE training SET {times.format(begins, ends + later)}",
    )
    return Instance(env=env, document=document)


def _change(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / "guanbiao.sqlite") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
