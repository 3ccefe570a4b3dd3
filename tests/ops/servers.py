"""Starts the product's real servers on loopback ports, and ends them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
OWN_SETTINGS = (
    "DATABASE_URL",
    "REDIS_URL",
    "PUBLIC_URL",
    "SECRET_KEYS",
    "INSTANCE_DIR",
    "MEDIA_DIR",
)
PATIENCE_SECONDS = 60


def free_port() -> int:
    """Find a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(**settings: str) -> dict[str, str]:
    """Give the environment of this process without its own settings, and with `settings`."""
    inherited = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
    return inherited | settings


def flask(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one command of the product and wait for it."""
    return subprocess.run(
        [BIN / "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )


@contextmanager
def running(command: list[str | Path], *, port: int, env: Mapping[str, str]) -> Iterator[None]:
    """Run a server until the block ends; it must be listening on `port` when the block begins."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for_port(port, process)
        threading.Thread(target=_drain, args=[process], daemon=True).start()
        yield
    finally:
        end(process)


def _drain(process: subprocess.Popen[str]) -> None:
    """Read what a server says and forget it: a full pipe would stop it in the middle of a line."""
    assert process.stdout is not None
    with process.stdout as said:
        for _line in said:
            pass


def end(process: subprocess.Popen) -> None:
    """Ask a server that leads its process group to stop, then end what is left of the group."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=15)


def wait_for_port(port: int, process: subprocess.Popen[str]) -> None:
    """Wait until `port` answers; fail with the output of a process that ended first."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            message = f"{process.args} ended with {process.returncode}:\n{process.communicate()[0]}"
            raise AssertionError(message)
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = f"nothing listens on port {port}"
    raise AssertionError(message)


def status_of(port: int, path: str) -> int:
    """Ask for a path over plain HTTP; 0 when nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
