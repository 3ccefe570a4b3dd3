"""What tests are given: an application on each database engine, emptied between tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask_migrate
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app
from app.kit.database import db
from config import Settings

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


def postgres_answers() -> bool:
    try:
        psycopg.connect(POSTGRES, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


NEEDS = {
    "needs_postgresql": postgres_answers,
    "needs_redis": lambda: _port_answers(6379),
    "needs_nginx": lambda: (
        shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is not None
    ),
    "needs_chromium": lambda: shutil.which("chromium") is not None,
    "needs_strace": lambda: shutil.which("strace") is not None,
    "needs_poppler": lambda: shutil.which("pdftoppm") is not None,
}
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)]
NOON = datetime(2026, 3, 19, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, a Thursday


def _port_answers(port: int) -> bool:
    import socket  # noqa: PLC0415 - pytest-socket replaces it at start

    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


_present: dict[str, bool] = {}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here, by name; with REQUIRE_ALL=1 that is a failure."""
    for name, answers in NEEDS.items():
        if item.get_closest_marker(name) is None:
            continue
        if name not in _present:
            _present[name] = answers()
        if _present[name]:
            continue
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"{name}: not available, and REQUIRE_ALL=1")
        pytest.skip(f"{name}: not available here")


@pytest.fixture(scope="session", params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """The database engine under test."""
    return str(request.param)


@pytest.fixture(scope="session")
def database_url(engine_name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An address of an empty database of that engine, for this test process alone."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'test.sqlite'}"
        return
    name = f"guanbiao_test_{os.getpid()}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")  # type: ignore[arg-type]
    base = POSTGRES.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0]
    yield f"{base}/{name}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def _application(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One migrated application per engine."""
    settings = Settings.for_tests(tmp_path_factory.mktemp("instance"), database_url=database_url)
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False  # CSRF has tests of its own
    with app.app_context():
        flask_migrate.upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(_application: Flask) -> Iterator[Flask]:
    """The application with an empty database; no context is pushed."""
    yield _application
    with _application.app_context():
        empty_database()


def empty_database() -> None:
    """Delete every row; only tables that have some are touched."""
    with db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for table in reversed(db.metadata.sorted_tables):
            if connection.execute(text(f"SELECT 1 FROM {table.name} LIMIT 1")).first():  # noqa: S608
                connection.execute(table.delete())
    db.session.remove()


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """The application with its context pushed: for commands, queries and jobs, not for requests."""
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that keeps cookies."""
    return app.test_client()


@pytest.fixture
def instance_dir(tmp_path: Path) -> Path:
    """A fresh instance directory."""
    return tmp_path / "instance"
