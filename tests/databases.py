"""Makes databases that are dropped again, for tests that need more than the one they are given."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.conftest import POSTGRES

_numbers = itertools.count(1)
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@contextmanager
def empty(engine_name: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database of that engine until the block ends."""
    if engine_name == "sqlite":
        yield f"sqlite:///{folder / f'other{next(_numbers)}.sqlite'}"
        return
    name = f"guanbiao_other_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    base = POSTGRES.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0]
    try:
        yield f"{base}/{name}"
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
