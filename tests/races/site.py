"""The race kit: the real server on a fresh database, real clients on a barrier, the books after."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import flask_migrate
import psycopg
from flask import Flask
from sqlalchemy import select, text

from app import create_app
from app.kit.database import db
from app.registrations.invariants import CHECKS
from app.registrations.models import Attendee, Registration
from app.trainings.models import Training
from config import Settings
from tests import makers
from tests.conftest import POSTGRES
from tests.ops.servers import BIN, ROOT, end, environment, free_port, wait_for_port

SEED = int(os.environ.get("RACE_SEED", str(random.randrange(10**6))))
KEYS = "t1:" + "race-key-0123456789abcdefghijklmnop"
WORKERS = 3
USCCS = makers.USCCS
_numbers = itertools.count(1)
_phones = itertools.count(13_000_000_000)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a client was answered; status 0 when the connection broke."""

    status: int
    body: dict = field(default_factory=dict)
    is_replayed: bool = False


@dataclass(slots=True, kw_only=True)
class Site:
    """A running server, and an application in this process on the same database."""

    port: int
    process: subprocess.Popen
    app: Flask
    engine: str
    started_in: float = 0.0  # seconds that the server needed on this machine, now

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        """Send one request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, f"/api/v1{path}", payload, sent)
            response = connection.getresponse()
            text_ = response.read()
            is_replayed = response.getheader("Idempotent-Replay") == "true"
            return Reply(response.status, json.loads(text_ or b"{}"), is_replayed)
        except (OSError, HTTPException, ValueError):
            return Reply(0)
        finally:
            connection.close()

    def sign_up(self, training_id: str, body: dict, key: str | None = None) -> Reply:
        headers = {} if key is None else {"Idempotency_Key": key}
        return self.ask("POST", f"/trainings/{training_id}/registrations", body, **headers)

    def cancel(self, registration: dict) -> Reply:
        token = registration["manage_url"].rpartition("/")[2]
        path = f"/registrations/{registration['id']}"
        return self.ask("DELETE", path, Authorization=f"Bearer {token}")

    def make_training(self, capacity: int, **values: object) -> str:
        """Make a training whose sign-up is open; give its public id."""
        with self.app.app_context():
            starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
            return makers.make_training(
                capacity_onsite=capacity, starts_at=starts_at, **values
            ).public_id

    def states(self, training_id: str) -> list[str]:
        """Give the states of a training's attendees in the order of their numbers."""
        with self.app.app_context():
            rows = db.session.scalars(
                select(Attendee.state)
                .join(Training, Training.id == Attendee.training_id)
                .where(Training.public_id == training_id)
                .order_by(Attendee.sequence)
            )
            return [state.value for state in rows]

    def registration_ids(self, training_id: str) -> list[str]:
        with self.app.app_context():
            return list(
                db.session.scalars(
                    select(Registration.public_id)
                    .join(Training, Training.id == Registration.training_id)
                    .where(Training.public_id == training_id)
                )
            )

    def broken_rules(self) -> list[str]:
        """Give the rules of the room that do not hold in the database."""
        with self.app.app_context():
            now = datetime.now(UTC)
            found = {violation.rule for check in CHECKS for violation in check(now)}
            db.session.remove()
            return sorted(found)

    def workers(self) -> list[int]:
        """Give the process ids of the web workers."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split() if _is_worker(int(pid))]

    def kill_workers(self, count: int | None = None) -> None:
        """Kill workers as a crash would: no clean-up, no last words."""
        for pid in self.workers()[:count]:
            os.kill(pid, signal.SIGKILL)


def _is_worker(pid: int) -> bool:
    try:
        return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def party(size: int = 1, *, if_full: str = "waitlist_rest", email: bool = True) -> dict:
    """Give a sign-up of people nobody else is."""
    people = [
        {"name": "示例人员", "phone": str(next(_phones)), "channel": "onsite"} for _ in range(size)
    ]
    contact = {"name": "示例经办", "phone": "13800138000"}
    return {
        "enterprise": {
            "uscc": USCCS[next(_numbers) % len(USCCS)],
            "name": "示例企业有限公司",
            "city": "440100",
        },
        "contact": contact | ({"email": "contact@example.com"} if email else {}),
        "attendees": people,
        "if_full": if_full,
        "consent": {"policy_version": "1", "purposes": ["registration"]},
    }


def at_once(acts: Sequence[Callable[[], Reply]]) -> list[Reply]:
    """Let every act begin at the same instant; give the replies in the order of the acts."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], Reply]) -> Reply:
        barrier.wait(timeout=30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@contextmanager
def running_site(
    engine: str, directory: Path, *, root: Path = ROOT, workers: int = WORKERS
) -> Iterator[Site]:
    """Serve a fresh, migrated database with the code under `root` until the block ends."""
    with _database(engine, directory) as url:
        port = free_port()
        app = create_app(
            Settings.for_tests(
                directory,
                database_url=url,
                public_url=f"http://127.0.0.1:{port}",
                secret_keys=(tuple(KEYS.split(":")),),
            )
        )
        with app.app_context():
            flask_migrate.upgrade()
        env = environment(
            DATABASE_URL=url,
            INSTANCE_DIR=str(directory),
            PUBLIC_URL=f"http://127.0.0.1:{port}",
            SECRET_KEYS=KEYS,
            RATE_LIMITS="off",
        )
        began = time.monotonic()
        with serving(command(port, engine, workers), port=port, env=env, root=root) as process:
            site = Site(port=port, process=process, app=app, engine=engine)
            site.ask("GET", "/trainings")  # the first worker has loaded the product
            site.started_in = time.monotonic() - began
            yield site
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def command(port: int, engine: str, workers: int = WORKERS) -> list[str]:
    """Give the command that serves as in production."""
    threads = "4" if engine == "postgresql" else "1"
    return [
        str(BIN / "granian"),
        *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--http", "1"),
        *("--no-ws", "--workers", str(workers), "--blocking-threads", threads),
        *("--respawn-failed-workers", "--respawn-interval", "1", "--log-level", "error"),
        "wsgi:app",
    ]


@contextmanager
def serving(
    arguments: list[str], *, port: int, env: dict[str, str], root: Path
) -> Iterator[subprocess.Popen]:
    """Run a server; end it, and whatever it left, when the block ends."""
    with Path(env["INSTANCE_DIR"], "server.log").open("w") as log:
        process = subprocess.Popen(
            arguments,
            cwd=root,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for_port(port, process)
            yield process
        finally:
            end(process)


@contextmanager
def _database(engine: str, directory: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{directory / 'race.sqlite'}"
        return
    name = f"guanbiao_race_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    base = POSTGRES.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0]
    try:
        yield f"{base}/{name}"
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def sql(site: Site, statement: str) -> None:
    """Change the database behind everybody's back, as a mutant's migration would."""
    with site.app.app_context(), db.engine.begin() as connection:
        connection.execute(text(statement))


def until(seconds: float) -> Iterator[float]:
    """Count the seconds left until the time is over."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        yield left
