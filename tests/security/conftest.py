"""The world of the security tests: one application on SQLite, restored after every change."""

from __future__ import annotations

from collections.abc import Iterator

import flask_migrate
import pytest

from app import create_app
from app.kit.database import db
from config import Settings
from tests.security.world import World, build


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everything there is, for reading and for attempts that are undone."""
    directory = tmp_path_factory.mktemp("world")
    database = directory / "world.sqlite"
    settings = Settings.for_tests(directory, database_url=f"sqlite:///{database}")
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        flask_migrate.upgrade()
    yield build(app, database, directory / "copy.sqlite")
    with app.app_context():
        db.engine.dispose()
