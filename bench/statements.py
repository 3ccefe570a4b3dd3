"""Counts the SQL statements of a page, a sign-up and a scan, inside this process."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from app.kit.database import db
from app.kit.prepared import Prepared
from bench import work
from bench.data import Instance
from config import Settings

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class Counter:
    """Counts what an engine is asked to do; the ends of transactions do not count."""

    def __init__(self, app: Flask) -> None:
        self.count = 0
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._see)
        row = Prepared.row

        def counted(prepared: Prepared, **values: Any) -> tuple[Any, ...] | None:
            self.count += 1
            return row(prepared, **values)

        Prepared.row = counted  # type: ignore[method-assign]  # past the engine, so past its events

    def _see(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.count += not statement.lstrip().upper().startswith(TRANSACTION)

    def of(self, call: Any) -> int:
        """Count the statements of one request, after one that warms up."""
        call()
        self.count = 0
        call()
        return self.count


def counted(instance: Instance, training: str) -> dict[str, int]:
    """Count pages and a sign-up."""
    app, client = _open(instance)
    counter = Counter(app)
    sign_up = f"/api/v1/trainings/{training}/registrations"
    numbers = iter(range(9_000_000, 9_000_100))
    found = {
        "list": counter.of(lambda: _ok(client.get("/"))),
        "page": counter.of(lambda: _ok(client.get(f"/trainings/{training}"))),
        "api_sign_up": counter.of(
            lambda: _ok(client.post(sign_up, json=work.sign_up_body(next(numbers))))
        ),
    }
    _close(app)
    return found


def counted_scans(instance: Instance, lesson: str, token: str, codes: list[str]) -> dict[str, int]:
    """Count one scan and one batch."""
    app, client = _open(instance)
    counter = Counter(app)

    def post(size: int) -> None:
        now = datetime.now(UTC).isoformat()
        scans = [
            {
                "uid": str(uuid.uuid4()),
                "code": codes.pop(),
                "direction": "in",
                "occurred_at": now,
                "sequence": 1,
            }
            for _ in range(size)
        ]
        headers = {"Authorization": f"Bearer {token}"}
        _ok(client.post(f"/api/v1/lessons/{lesson}/scans", json={"scans": scans}, headers=headers))

    found = {"scan": counter.of(lambda: post(1)), "batch": counter.of(lambda: post(100))}
    _close(app)
    return found


def _open(instance: Instance) -> tuple[Flask, FlaskClient]:
    app = create_app(Settings.from_environ(instance.env))
    logging.disable(logging.INFO)
    return app, app.test_client()


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _ok(answer: Any) -> None:
    if answer.status_code >= 400:
        raise RuntimeError(answer.get_data(as_text=True)[:500])
