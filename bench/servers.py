"""Starts servers on loopback ports, reads what they cost from /proc, and ends them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE_SECONDS = 60
THREADS = 4


class Server:
    """One granian with one worker."""

    def __init__(self, target: str, env: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        self.began = time.perf_counter()
        command = [
            str(BIN / "granian"),
            *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--workers", "1", "--blocking-threads", str(THREADS), "--http", "1", "--no-ws"),
            *("--log-level", "warning", target),
        ]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=dict(env), stdout=output, stderr=output
            )
        self.first_answer_seconds = self._wait(log)

    def _wait(self, log: Path) -> float:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended at once:\n{log.read_text()}")
            if answers(self.port):
                return time.perf_counter() - self.began
            time.sleep(0.01)
        raise SystemExit("the server does not answer")

    def cpu_seconds(self) -> float:
        """Give the processor time of the server and its workers so far."""
        return sum(cpu_of(pid) for pid in self.family())

    def peak_mb(self) -> float:
        """Give the most memory that any worker has ever used."""
        return max(peak_of(pid) for pid in self.family())

    def family(self) -> list[int]:
        """List the server and the workers it started."""
        found = [self.process.pid]
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and parent_of(int(folder.name)) in found:
                found.append(int(folder.name))
        return found

    def end(self) -> None:
        """Stop the server, whatever it is doing."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            for pid in self.family():
                os.kill(pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def serving(target: str, env: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Run a server until the block ends."""
    server = Server(target, env, log)
    try:
        yield server
    finally:
        server.end()


def free_port() -> int:
    """Find a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Tell whether somebody speaks HTTP on that port."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        return True
    except OSError:
        return False
    finally:
        connection.close()


def flask(*arguments: str, env: Mapping[str, str]) -> str:
    """Run one command of the product and give what it prints."""
    done = subprocess.run(
        [str(BIN / "flask"), "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=dict(env),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def parent_of(pid: int) -> int:
    """Give the parent of a process, 0 when it is gone."""
    fields = stat_of(pid)
    return int(fields[1]) if fields else 0


def cpu_of(pid: int) -> float:
    """Give the seconds of processor time of one process, 0 when it is gone."""
    fields = stat_of(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def stat_of(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat after the name."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def peak_of(pid: int) -> float:
    """Give the peak of resident memory in MB."""
    try:
        status = (Path("/proc") / str(pid) / "status").read_text()
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0")
    return int(line.split()[1]) / 1024
