"""`make run`: serves, keeps its data, and leaves no process behind when it is stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ops.servers import ROOT, environment, free_port, status_of

MARK = "GUANBIAO_TEST_RUN"
START_SECONDS = 120
STOP_SECONDS = 15
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("make")]


def family(mark: str) -> list[int]:
    """List the living processes that were started with our mark in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and f"{MARK}={mark}".encode() in (
                (folder / "environ").read_bytes().split(b"\0")
            ):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


class Run:
    """One `make run` with an instance and a port of its own."""

    def __init__(self, instance: Path) -> None:
        self.mark = instance.name + str(time.monotonic_ns())
        self.port = free_port()
        self.output = instance.with_suffix(".log")
        env = environment(
            INSTANCE_DIR=str(instance), PORT=str(self.port), HOST="127.0.0.1", **{MARK: self.mark}
        )
        with self.output.open("wb") as log:
            self.make = subprocess.Popen(
                ["make", "run"],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # a terminal's foreground group
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while status_of(self.port, "/readyz") != 200:
            assert self.make.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.2)

    def wait_until_gone(self) -> None:
        self.make.wait(timeout=STOP_SECONDS)
        deadline = time.monotonic() + STOP_SECONDS
        while family(self.mark) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert family(self.mark) == []

    def end(self) -> None:
        for pid in family(self.mark):
            os.kill(pid, signal.SIGKILL)
        self.make.wait()


@pytest.fixture
def start(tmp_path) -> Iterator:
    runs: list[Run] = []

    def begin(name: str) -> Run:
        runs.append(Run(tmp_path / name))
        return runs[-1]

    yield begin
    for run in runs:
        run.end()


def test_make_run_serves_and_ctrl_c_stops_everything(start):
    run = start("instance")
    run.wait_until_ready()
    assert status_of(run.port, "/") == 200
    assert f"http://127.0.0.1:{run.port}" in run.output.read_text()
    os.killpg(run.make.pid, signal.SIGINT)
    run.wait_until_gone()


def test_a_second_run_keeps_the_data_and_sigterm_stops_everything(start, tmp_path):
    first = start("instance")
    first.wait_until_ready()
    first.make.send_signal(signal.SIGTERM)
    first.wait_until_gone()
    database = tmp_path / "instance" / "guanbiao.sqlite"
    born = database.stat().st_ino

    second = start("instance")
    second.wait_until_ready()
    second.make.send_signal(signal.SIGTERM)
    second.wait_until_gone()
    assert database.stat().st_ino == born


def test_secrets_are_for_their_owner_alone(start, tmp_path):
    run = start("instance")
    run.wait_until_ready()
    keys = tmp_path / "instance" / "secret_keys"
    assert keys.stat().st_mode & 0o777 == 0o600


def test_a_web_worker_that_is_killed_is_replaced(start):
    run = start("instance")
    run.wait_until_ready()
    before = workers_of(run)
    os.kill(before[0], signal.SIGKILL)
    deadline = time.monotonic() + START_SECONDS
    while len(set(workers_of(run)) - set(before)) < 1:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert status_of(run.port, "/healthz") == 200


def workers_of(run: Run) -> list[int]:
    """List granian's workers: granian processes whose parent is granian."""
    servers = [pid for pid in family(run.mark) if b"/granian" in proc(pid, "cmdline")]
    return [pid for pid in servers if parent_of(pid) in servers]


def parent_of(pid: int) -> int:
    return int(proc(pid, "stat").rpartition(b")")[2].split()[1])


def proc(pid: int, name: str) -> bytes:
    try:
        return (Path("/proc") / str(pid) / name).read_bytes()
    except OSError:  # it has just ended
        return b"()  0" if name == "stat" else b""


def test_a_port_that_is_taken_is_named_and_nothing_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        env = os.environ | {"PORT": port, "INSTANCE_DIR": str(tmp_path / "instance")}
        done = subprocess.run(
            ["make", "run"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
    assert done.returncode != 0
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr
    assert not (tmp_path / "instance").exists()
