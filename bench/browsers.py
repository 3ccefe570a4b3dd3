"""Clients that keep their connection and their cookies, and fill in forms as browsers do."""

from __future__ import annotations

import json
import re
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from bench.servers import Server

CLIENTS = 4
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


class Browser:
    """One visitor."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.requests = 0
        self.received = 0
        self.tag = ""

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Ask for a page; redirects are not followed."""
        return self.send("GET", path, None, headers)

    def post_form(self, path: str, fields: dict[str, str]) -> tuple[int, bytes]:
        """Send a form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(fields).encode(), headers)

    def post_json(self, path: str, body: object, token: str = "") -> tuple[int, bytes]:
        """Send a document to the API."""
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.send("POST", path, json.dumps(body).encode(), headers)

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Send one request on the open connection."""
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        self.requests += 1
        self.location = answer.getheader("Location", "")
        self.tag = answer.getheader("ETag", "")
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer.status, content


def hidden_fields(page: bytes) -> dict[str, str]:
    """Give the hidden fields of the forms on a page: CSRF token, form key, policy version."""
    fields = {}
    for tag in HIDDEN.findall(page.decode()):
        found = dict(ATTRIBUTE.findall(tag))
        if "name" in found:
            fields[found["name"]] = found.get("value", "")
    return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one piece of work cost the server: alone, and beside those of other clients."""

    name: str
    count: int
    cpu_ms: float
    busy_cpu_ms: float
    per_second: float
    requests: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A kind of work on a server, `count` times in every round."""

    name: str
    server: Server
    work: Callable[[Browser, int], None]
    count: int
    warm: int = 4


def measure(*subjects: Subject, rounds: int = 1, is_busy_too: bool = True) -> list[Cost]:
    """Do all works in turn, for some rounds, so that a slow minute of the machine slows them all.

    The processor's time is that of one client alone (the median of the rounds); four clients at
    once then say how many a second are served, and what waiting for each other costs.
    """
    for subject in subjects:
        _round(subject, [Browser(subject.server.port)], subject.warm)
    alone = [
        [_round(one, [Browser(one.server.port)], one.count) for one in subjects]
        for _ in range(rounds)
    ]
    costs = []
    for subject, found in zip(subjects, zip(*alone, strict=True), strict=True):
        clients = [Browser(subject.server.port) for _ in range(CLIENTS if is_busy_too else 1)]
        busy = _round(subject, clients, subject.count)
        costs.append(
            Cost(
                name=subject.name,
                count=rounds * subject.count,
                cpu_ms=statistics.median(one.cpu_ms for one in found),
                busy_cpu_ms=busy.cpu_ms,
                per_second=busy.per_second,
                requests=sum(browser.requests for browser in clients) / subject.count,
            )
        )
    return costs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    cpu_ms: float
    per_second: float


def _round(subject: Subject, clients: list[Browser], count: int) -> _Round:
    cpu, began = subject.server.cpu_seconds(), time.perf_counter()
    _all_at_once(clients, subject.work, count)
    seconds = time.perf_counter() - began
    cpu_ms = (subject.server.cpu_seconds() - cpu) * 1000 / count
    return _Round(cpu_ms=cpu_ms, per_second=count / seconds)


def _all_at_once(pool: list[Browser], work: Callable[[Browser, int], None], count: int) -> None:
    faults: list[BaseException] = []

    def run(place: int) -> None:
        try:
            for number in range(place, count, len(pool)):
                work(pool[place], number)
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            faults.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(pool))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def expect(status: int, answer: tuple[int, bytes]) -> bytes:
    """Give the body of an answer that must have `status`."""
    if answer[0] != status:
        raise RuntimeError(f"{answer[0]} instead of {status}: {answer[1][:600].decode()}")
    return answer[1]
