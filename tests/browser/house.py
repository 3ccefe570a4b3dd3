"""The product as browsers meet it: a real server on loopback and, beside it, a door to its data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
from flask import Flask

from app import create_app
from app.accounts.models import Staff
from app.kit.database import db
from config import Settings
from tests import makers
from tests.ops.servers import BIN, environment, free_port, running


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running server; `app` shares its database and its keys."""

    url: str
    app: Flask

    def cookie_of(self, staff: Staff) -> dict[str, str]:
        """Give the cookie of a browser that `staff` has signed in with."""
        client = self.app.test_client()
        makers.sign_in(client, staff)
        cookie = client.get_cookie("guanbiao")
        assert cookie is not None
        return {"name": "guanbiao", "value": cookie.value, "url": self.url}


@contextmanager
def serving(folder: Path) -> Iterator[House]:
    """Serve a migrated, empty installation below `folder` until the block ends."""
    port = free_port()
    env = environment(
        INSTANCE_DIR=str(folder),
        DATABASE_URL=f"sqlite:///{folder / 'guanbiao.sqlite'}",
        SECRET_KEYS="t1:test-key-" + "0123456789" * 4,
        PUBLIC_URL=f"http://127.0.0.1:{port}",
        RATE_LIMITS="off",  # one address does the work of a whole province here
    )
    app = create_app(Settings.from_environ(env))
    with app.app_context():
        flask_migrate.upgrade()
    command = [
        BIN / "granian",
        *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"),
        "wsgi:app",
    ]
    try:
        with running(command, port=port, env=env):
            yield House(url=f"http://127.0.0.1:{port}", app=app)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
