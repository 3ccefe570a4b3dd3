"""What was acknowledged stays, whoever is killed; it is on the disk before it is acknowledged."""

from __future__ import annotations

import os
import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.ops.servers import ROOT, free_port
from tests.races.site import (
    KEYS,
    Reply,
    Site,
    command,
    environment,
    party,
    running_site,
    serving,
    until,
)

SECONDS = float(os.environ.get("RACE_SECONDS", "20"))
CLIENTS = 6
pytestmark = pytest.mark.timeout(180)


def test_sign_ups_acknowledged_while_workers_are_killed_are_there_once(own_site):
    training_id = own_site.make_training(100_000)
    acknowledged: list[str] = []
    over = threading.Event()

    def keep_signing_up(client: int) -> None:
        number = 0
        while not over.is_set():
            number += 1
            reply = _insist(own_site, training_id, f"{training_id}-{client}-{number}")
            acknowledged.append(reply.body["id"])

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(keep_signing_up, client) for client in range(CLIENTS)]
        for _left in until(SECONDS):
            time.sleep(1.5)
            own_site.kill_workers(1)
        over.set()
        for client in clients:
            client.result(timeout=60)
    present = Counter(own_site.registration_ids(training_id))
    assert acknowledged
    assert Counter(acknowledged) == present
    assert own_site.broken_rules() == []


def test_all_workers_killed_are_serving_again_within_five_seconds(own_site):
    training_id = own_site.make_training(5)
    own_site.kill_workers()
    began = time.monotonic()
    assert _insist(own_site, training_id, "after the crash").status == 201
    # a machine so busy that the first start took longer cannot start again any faster
    assert time.monotonic() - began < max(5.0, 1 + 1.5 * own_site.started_in)


def _insist(site: Site, training_id: str, key: str) -> Reply:
    """Send the same request under the same key until somebody answers it."""
    body = party(email=False)
    for _left in until(60):
        reply = site.sign_up(training_id, body, key)
        if reply.status == 201:
            return reply
        assert reply.status in {0, 502, 503}, reply
        time.sleep(0.05)
    message = "nobody answered within a minute"
    raise AssertionError(message)


@pytest.mark.needs_strace
def test_answers_on_sqlite_are_sent_after_the_disk_has_the_rows(tmp_path):
    trace = tmp_path / "trace"
    with running_site("sqlite", tmp_path, workers=1) as site:
        training_id = site.make_training(100)
        port = free_port()
        env = environment(
            DATABASE_URL=f"sqlite:///{tmp_path / 'race.sqlite'}",
            INSTANCE_DIR=str(tmp_path),
            PUBLIC_URL=f"http://127.0.0.1:{port}",
            SECRET_KEYS=KEYS,
            RATE_LIMITS="off",
        )
        calls = "fsync,fdatasync,write,writev,sendto,sendmsg"
        watched = ["strace", "-f", "-qq", "-s", "40", "-e", f"trace={calls}", "-o", str(trace)]
        with serving([*watched, *command(port, "sqlite", 1)], port=port, env=env, root=ROOT) as own:
            traced = Site(port=port, process=own, app=site.app, engine="sqlite")
            replies = [traced.sign_up(training_id, party(email=False)) for _ in range(20)]
    assert [reply.status for reply in replies] == [201] * 20
    assert _answers_after_sync(trace.read_text()) == [True] * 20


def _answers_after_sync(trace: str) -> list[bool]:
    """Tell for each 201 whether something was synced since the answer before it."""
    answers, is_synced = [], False
    for line in trace.splitlines():
        if re.search(r"\b(fsync|fdatasync)\(", line) or "fdatasync resumed" in line:
            is_synced = True
        elif "HTTP/1.1 201" in line:
            answers.append(is_synced)
            is_synced = False
    return answers


def test_trace_with_an_answer_before_its_sync_is_told_apart():
    good = 'fdatasync(7) = 0\nsendto(9, "HTTP/1.1 201 Created", …\n'
    assert _answers_after_sync(good + good) == [True, True]
    assert _answers_after_sync(good + 'sendto(9, "HTTP/1.1 201 …\nfdatasync(7) = 0\n') == [
        True,
        False,
    ]
