"""What knocks when: one process leads and runs the jobs, others wait to take over.

What is due is found by queries and claimed in the database; nothing is remembered here. The only
door to APScheduler, which keeps its timetable in memory.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.attendance import jobs as attendance
from app.audit import jobs as audit
from app.feedback import jobs as feedback
from app.kit import clock, idempotency, leases, logs
from app.kit.database import db, unit_of_work
from app.kit.errors import Unavailable
from app.kit.health import SCHEDULER_LEASE
from app.kit.ids import new_id
from app.kit.leases import LeaseLost, Tenure, Unit
from app.outbox import jobs as outbox
from app.proofs import jobs as proofs
from app.registrations import jobs as registrations
from app.trainings import jobs as trainings

ANSWERS_KEPT = timedelta(days=30)
STANDBY_SECONDS = 1.0
STOP_SECONDS = 0.8
STOPPING = (signal.SIGTERM, signal.SIGINT)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A piece of work that looks for what is due; it writes through the unit it is given."""

    run: Callable[[Unit], object]
    every: timedelta

    @property
    def name(self) -> str:
        return self.run.__name__


def forget_old_answers(unit: Unit) -> None:
    """Delete answers kept for repeated requests after 30 days."""
    unit(lambda: idempotency.forget(before=clock.now() - ANSWERS_KEPT))


def _is_asked_to_stop() -> bool:
    """Wait a moment for a signal; woken from being frozen, Python 3.11 gives one without a name."""
    told = signal.sigtimedwait(STOPPING, STANDBY_SECONDS)
    return told is not None and told.si_signo in STOPPING


JOBS = (
    Job(run=outbox.deliver_due_letters, every=timedelta(seconds=2)),
    Job(run=registrations.promote_waiting, every=timedelta(seconds=5)),
    Job(run=registrations.tell_of_changes, every=timedelta(seconds=5)),
    Job(run=audit.seal_new_entries, every=timedelta(seconds=10)),
    Job(run=trainings.hold_trainings_that_are_over, every=timedelta(seconds=30)),
    Job(run=attendance.refold_lessons_that_changed, every=timedelta(seconds=60)),
    Job(run=proofs.work_on_proof_batches, every=timedelta(seconds=2)),
    Job(run=proofs.delete_old_proof_archives, every=timedelta(hours=1)),
    Job(run=attendance.purge_letters_past_retention, every=timedelta(minutes=10)),
    Job(run=feedback.purge_answers_past_retention, every=timedelta(minutes=10)),
    Job(run=forget_old_answers, every=timedelta(hours=1)),
)


def run(app: Flask) -> None:
    """Tick until SIGTERM or SIGINT; the lease is given back within 2 s."""
    Ticker(app).run()


class Ticker:
    """One process that may lead: the main thread keeps the lease, a pool runs the jobs."""

    def __init__(self, app: Flask, jobs: tuple[Job, ...] = JOBS) -> None:
        self.app = app
        self.jobs = jobs
        self.holder = new_id()
        self.tenure: Tenure | None = None
        self.renewed = 0.0
        self.stopping = threading.Event()
        self.running: set[str] = set()

    def run(self) -> None:
        """Keep the lease and the timetable until asked to stop."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # waited for below, in every thread
        timetable = self._timetable()
        timetable.start()
        self.keep_lease()
        while not _is_asked_to_stop():
            self.keep_lease()
        self.stopping.set()
        timetable.shutdown(wait=False)
        self._leave()

    def _timetable(self) -> BackgroundScheduler:
        """Missed knocks become one, whenever it comes: the job finds out itself what is due."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        timetable = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in self.jobs:
            timetable.add_job(
                self.knock,
                "interval",
                args=(job,),
                id=job.name,
                seconds=job.every.total_seconds(),
                next_run_time=clock.now(),
            )
        return timetable

    def keep_lease(self) -> None:
        """Renew every 5 s what is held; otherwise try to take it."""
        if self.tenure and time.monotonic() - self.renewed < leases.RENEW_SECONDS:
            return
        started = time.monotonic()
        before = self.tenure
        try:
            with self.app.app_context():
                self.tenure = unit_of_work(self._acquire) if self._is_open() else None
        except (DBAPIError, Unavailable) as error:  # keep the old tenure: its fence is looked at
            log.warning("lease not renewed: %s", type(error).__name__)
            return
        self.renewed = started
        if self.tenure != before:
            log.info("leading, fence %s" if self.tenure else "standing by", *self._fence())

    def _is_open(self) -> bool:
        """Look before writing, so that a standby does not disturb."""
        if self.tenure is not None:
            return True
        is_held = leases.is_held(SCHEDULER_LEASE)
        db.session.close()
        return not is_held

    def _acquire(self) -> Tenure | None:
        return leases.acquire(SCHEDULER_LEASE, self.holder, now=leases.database_now())

    def _fence(self) -> tuple[int, ...]:
        return (self.tenure.fence,) if self.tenure else ()

    def knock(self, job: Job) -> None:
        """Run one job if this process leads; whatever it raises, the next knock comes."""
        tenure = self.tenure
        if tenure is None or self.stopping.is_set():
            return
        self.running.add(job.name)
        try:
            with self.app.app_context():
                job.run(tenure.unit_of_work)
        except LeaseLost:
            log.info("%s: another process leads", job.name)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is said and the next one comes
            logs.failure(log, f"{job.name} failed", error)
        finally:
            self.running.discard(job.name)

    def _leave(self) -> None:
        """Give the lease back, which voids what still runs, and wait a moment for it."""
        tenure = self.tenure
        if tenure is not None:
            with self.app.app_context():
                unit_of_work(lambda: leases.release(tenure, now=leases.database_now()))
            log.info("lease given back")
        deadline = time.monotonic() + STOP_SECONDS
        while self.running and time.monotonic() < deadline:
            time.sleep(0.02)
        if self.running:  # a mail server is silent; the letter's claim ends by itself
            logging.shutdown()
            os._exit(0)
