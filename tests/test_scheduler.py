"""One process leads; it is replaced when it dies, and a frozen one that wakes writes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app import create_app, scheduler
from app.kit import leases
from app.kit.database import db, unit_of_work
from app.kit.health import SCHEDULER_LEASE
from app.kit.idempotency import IdempotentAnswer
from app.kit.leases import LeaseLost
from app.kit.mail import Mail
from app.outbox import commands as outbox
from app.outbox.models import Letter, LetterState
from app.scheduler import Job, Ticker
from config import Settings
from tests import makers
from tests.conftest import NOON
from tests.ops.servers import BIN, ROOT, environment
from tests.outbox.post_offices import silent

KEY = "a-key-of-this-test-0123456789-abcdefghijklmnopq"
TAKE_OVER_SECONDS = 20
STOP_SECONDS = 5  # it takes one; machines that run tests are busy
START_SECONDS = 30


# --- Leases ---


def acquire(holder: str, now=NOON):
    return unit_of_work(lambda: leases.acquire("test", holder, now=now))


def test_acquire_when_nobody_holds_it_then_it_is_ours(context):
    assert acquire("a").fence == 1


def test_acquire_when_somebody_holds_it_then_it_is_not_ours(context):
    acquire("a")
    assert acquire("b", NOON + timedelta(seconds=leases.LEASE_SECONDS - 1)) is None


def test_acquire_when_we_hold_it_then_it_is_renewed_under_the_same_fence(context):
    acquire("a")
    assert acquire("a", NOON + timedelta(seconds=5)).fence == 1
    assert acquire("b", NOON + timedelta(seconds=leases.LEASE_SECONDS + 1)) is None


def test_acquire_when_it_ran_out_then_the_fence_rises(context):
    acquire("a")
    assert acquire("b", NOON + timedelta(seconds=leases.LEASE_SECONDS)).fence == 2


def test_release_then_the_next_need_not_wait_and_the_old_fence_is_void(context):
    old = acquire("a")
    unit_of_work(lambda: leases.release(old, now=NOON))
    with pytest.raises(LeaseLost):
        old.unit_of_work(lambda: None)
    assert acquire("b").fence > old.fence


def test_release_by_an_old_holder_does_not_harm_the_new_one(context):
    old = acquire("a")
    new = acquire("b", NOON + timedelta(seconds=leases.LEASE_SECONDS))
    unit_of_work(lambda: leases.release(old, now=NOON))
    assert new.unit_of_work(lambda: 7) == 7


def test_database_now_is_now(context):
    from app.kit import clock  # noqa: PLC0415 - compared with the machine's clock, here only

    assert abs(leases.database_now() - clock.now()) < timedelta(seconds=2)


def test_readiness_looks_at_the_age_of_the_lease(app, client):
    def hold(seconds: int) -> None:
        with app.app_context():
            unit_of_work(
                lambda: leases.acquire(
                    SCHEDULER_LEASE,
                    "a",
                    now=leases.database_now() - timedelta(seconds=seconds),
                )
            )

    def is_scheduled() -> bool:
        return client.get("/readyz").json["checks"]["scheduler"]

    assert is_scheduled() is False
    hold(0)
    assert is_scheduled() is True
    hold(leases.LEASE_SECONDS + 1)
    assert is_scheduled() is False


# --- One process ---


def stale_and_new(context):
    ticker = Ticker(context, jobs=())
    ticker.tenure = acquire("a")
    acquire("b", NOON + timedelta(seconds=leases.LEASE_SECONDS))
    return ticker


def _row():
    return IdempotentAnswer(
        principal="p", key="k", request_hash="h", status=200, body="{}", created_at=NOON
    )


def count_answers() -> int:
    return len(db.session.scalars(select(IdempotentAnswer.id)).all())


def write(unit) -> None:
    unit(lambda: db.session.add(_row()))


def test_knock_when_another_leads_meanwhile_then_nothing_is_written(context):
    stale_and_new(context).knock(Job(run=write, every=timedelta(seconds=1)))
    assert count_answers() == 0


def test_knock_when_leading_then_it_is_written(context):
    ticker = Ticker(context, jobs=())
    ticker.tenure = acquire("a")
    ticker.knock(Job(run=write, every=timedelta(seconds=1)))
    assert count_answers() == 1


def test_knock_of_a_stale_leader_without_the_fence_writes(context, monkeypatch):
    """The control: the test above it can fail."""
    monkeypatch.setattr(leases, "ensure_held", lambda _tenure: None)
    stale_and_new(context).knock(Job(run=write, every=timedelta(seconds=1)))
    assert count_answers() == 1


def test_knock_when_standing_by_then_nothing_runs(context):
    Ticker(context, jobs=()).knock(Job(run=write, every=timedelta(seconds=1)))
    assert count_answers() == 0


def test_knock_when_a_job_fails_then_it_is_logged_and_forgotten(context, caplog):
    def fail(_unit) -> None:
        raise RuntimeError("138" + 8 * "0")  # put together: source lines are logged

    ticker = Ticker(context, jobs=())
    ticker.tenure = acquire("a")
    ticker.knock(Job(run=fail, every=timedelta(seconds=1)))
    assert "fail failed: RuntimeError" in caplog.messages
    assert "13800000000" not in caplog.text
    assert "in fail" in caplog.text  # where it was, without what it said
    assert ticker.running == set()


@pytest.mark.parametrize("job", scheduler.JOBS, ids=lambda job: job.name)
def test_every_job_finds_nothing_to_do_in_an_empty_database(context, job, caplog):
    ticker = Ticker(context)
    ticker.tenure = acquire("a")
    ticker.knock(job)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


def test_the_timetable_holds_every_job_once(context):
    timetable = Ticker(context)._timetable()
    assert sorted(job.id for job in timetable.get_jobs()) == sorted(
        job.name for job in scheduler.JOBS
    )


def test_forget_old_answers_keeps_those_of_the_last_30_days(context, monkeypatch):
    monkeypatch.setattr(scheduler.clock, "now", lambda: NOON + timedelta(days=30))
    makers.save(
        _row(),
        IdempotentAnswer(
            principal="p",
            key="old",
            request_hash="h",
            status=200,
            body="{}",
            created_at=NOON - timedelta(seconds=1),
        ),
    )
    scheduler.forget_old_answers(unit_of_work)
    assert db.session.scalars(select(IdempotentAnswer.key)).all() == ["k"]


# --- Real processes ---


class Process:
    """One `flask scheduler run` with an instance directory of its own."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.mail = folder / "mail"
        folder.mkdir()
        self.output = folder / "log"
        env = environment(
            DATABASE_URL=database_url,
            INSTANCE_DIR=str(folder),
            SECRET_KEYS=f"t1:{KEY}",
            **settings,
        )
        with self.output.open("wb") as log:
            self.process = subprocess.Popen(
                [BIN / "flask", "--app", "wsgi", "scheduler", "run"],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=log,
            )

    def send(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)

    def has_said(self, words: str) -> bool:
        return words in self.output.read_text()

    def letters(self) -> int:
        return len(list(self.mail.glob("*.eml")))

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def wait_for(condition, seconds: float) -> float:
    """Give how long it took; fail after `seconds`."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds
        time.sleep(0.05)
    return time.monotonic() - start


@pytest.fixture
def start(app, database_url, tmp_path):
    """Start schedulers on the test's database; end what is left of them."""
    processes = []

    def run(**settings: str) -> Process:
        folder = tmp_path / f"s{len(processes)}"
        processes.append(Process(folder, database_url, **settings))
        return processes[-1]

    yield run
    for process in processes:
        process.end()


@pytest.fixture
def writer(app, database_url, tmp_path):
    """An application with the keys of the started processes, to put letters into the outbox."""
    settings = Settings.for_tests(
        tmp_path / "writer", database_url=database_url, secret_keys=(("t1", KEY),)
    )
    made = create_app(settings)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def put(key: str) -> None:
    organisation = makers.make_organisation()
    unit_of_work(
        lambda: outbox.enqueue(
            Mail(recipient="li@example.com", subject="好", text="好"),
            key=key,
            kind="x",
            organisation_id=organisation.id,
            subject_kind="x",
            subject_id="x",
            now=NOON,
        )
    )


def is_sent(key: str) -> bool:
    db.session.rollback()
    return db.session.scalar(select(Letter.state).where(Letter.key == key)) is LetterState.SENT


@pytest.mark.timeout(180)
@pytest.mark.xdist_group("make")
def test_leader_killed_then_a_standby_takes_over_and_stops_cleanly(writer, start):
    first = start()
    wait_for(lambda: first.has_said("leading"), START_SECONDS)
    second = start()
    put("one")
    wait_for(lambda: is_sent("one"), START_SECONDS)
    assert (first.letters(), second.letters()) == (1, 0)

    first.send(signal.SIGKILL)
    wait_for(lambda: second.has_said("leading"), TAKE_OVER_SECONDS)
    put("two")
    wait_for(lambda: is_sent("two"), START_SECONDS)
    assert (first.letters(), second.letters()) == (1, 1)

    third = start()
    wait_for(third.output.exists, START_SECONDS)
    second.send(signal.SIGTERM)
    assert second.process.wait(timeout=STOP_SECONDS) == 0
    assert second.has_said("lease given back")
    wait_for(lambda: third.has_said("leading"), START_SECONDS)


@pytest.mark.timeout(180)
@pytest.mark.xdist_group("make")
def test_leader_frozen_then_replaced_writes_nothing_when_it_wakes(writer, start):
    first = start()
    wait_for(lambda: first.has_said("leading"), START_SECONDS)
    second = start()
    first.send(signal.SIGSTOP)
    wait_for(lambda: second.has_said("leading"), START_SECONDS + TAKE_OVER_SECONDS)
    second.send(signal.SIGSTOP)  # so that the old leader is alone with what is due
    put("one")
    first.send(signal.SIGCONT)
    wait_for(lambda: first.has_said("standing by"), START_SECONDS)
    db.session.rollback()
    assert db.session.scalar(select(Letter.attempts)) == 0
    assert leases.find(SCHEDULER_LEASE).fence == 2
    second.send(signal.SIGCONT)
    wait_for(lambda: is_sent("one"), START_SECONDS)
    assert (first.letters(), second.letters()) == (0, 1)


@pytest.mark.timeout(180)
@pytest.mark.xdist_group("make")
def test_leader_stops_in_time_though_a_mail_server_is_silent(writer, start):
    put("one")
    with silent() as url:
        leader = start(MAIL_URL=url)
        wait_for(lambda: attempts_of("one") == 1, START_SECONDS)
        leader.send(signal.SIGTERM)
        assert leader.process.wait(timeout=STOP_SECONDS) == 0
    assert leader.has_said("lease given back")


def attempts_of(key: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(Letter.attempts).where(Letter.key == key))
