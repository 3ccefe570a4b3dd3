"""A batch is worked off once, whatever dies meanwhile, and leaves one archive."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from app.audit.rules import SYSTEM
from app.kit import clock
from app.kit.database import db, unit_of_work
from app.kit.settings import settings
from app.proofs import invariants, jobs
from app.proofs.commands import batches as commands
from app.proofs.errors import BatchOver
from app.proofs.exports import archives
from app.proofs.models import BatchState, Proof, ProofBatch
from app.proofs.queries import batches, proofs
from app.proofs.rules.standing import ARCHIVE_KEPT, LEASE
from app.trainings import queries as trainings
from tests.ops.servers import ROOT
from tests.proofs.scene import AFTER, issue_all, make_held, make_people, order, work

PEOPLE = 30


def the_batch() -> ProofBatch:
    db.session.close()
    return db.session.scalars(select(ProofBatch)).one()


def the_batch_latest() -> ProofBatch:
    db.session.close()
    return db.session.scalars(select(ProofBatch).order_by(ProofBatch.id.desc()).limit(1)).one()


def proof_of(training):
    issue_all(training, limit=1)
    return proofs.list_live(trainings.get(training.public_id, training.organisation_id))[0]


def count_proofs() -> int:
    return db.session.scalar(select(func.count(Proof.id)))


def names_in(stored_name: str) -> list[str]:
    with archives.open_archive(stored_name) as file, zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def broken() -> list[object]:
    return [one for check in invariants.CHECKS for one in check(clock.now())]


def test_batch_issues_prints_and_packs(context):
    training = make_held()
    make_people(training, 3)
    make_people(training, 1, passed=False)
    order(training)
    assert work() == 1
    batch = the_batch()
    assert (batch.state, batch.issued, batch.printed, batch.total) == (BatchState.DONE, 3, 3, 3)
    names = names_in(batch.stored_name)
    assert max(names) == "list.csv"
    assert len([name for name in names if name.endswith(".pdf")]) == 3
    with archives.open_archive(batch.stored_name) as file, zipfile.ZipFile(file) as archive:
        data = archive.read(names[0])
    assert len(PdfReader(io.BytesIO(data)).pages) == 1
    assert (work(), count_proofs(), broken()) == (0, 3, [])
    assert not list((settings().instance_dir / "proofs").glob("work-*"))


def test_packing_again_issues_nothing(context):
    training = make_held()
    make_people(training, 2)
    issue_all(training)
    make_people(training, 1)
    order(training, is_issuing=False)
    work()
    assert (count_proofs(), the_batch().printed) == (2, 2)


def test_cancelled_batch_keeps_what_was_issued_and_frees_the_training(context):
    training = make_held()
    make_people(training, 3)
    batch_id = order(training)
    claim = unit_of_work(lambda: commands.claim(the_batch().id, now=clock.now()))
    assert unit_of_work(lambda: commands.issue_some(claim, limit=2, now=clock.now())) == 2

    def cancel():
        commands.cancel(training.organisation_id, batch_id, by=SYSTEM, now=AFTER)

    unit_of_work(cancel)
    assert unit_of_work(lambda: commands.issue_some(claim, limit=2, now=clock.now())) is None
    assert (work(), count_proofs(), the_batch().state) == (0, 2, BatchState.CANCELLED)
    with pytest.raises(BatchOver):
        unit_of_work(cancel)
    order(training)
    work()
    assert (count_proofs(), broken()) == (3, [])


def test_claim_is_had_by_one_worker_and_again_when_it_was_left(context):
    training = make_held()
    make_people(training, 1)
    order(training)
    key, now = the_batch().id, clock.now()
    first = unit_of_work(lambda: commands.claim(key, now=now))
    assert unit_of_work(lambda: commands.claim(key, now=now)) is None
    assert list(batches.list_due(now=now)) == []
    later = now + LEASE + timedelta(seconds=1)
    assert list(batches.list_due(now=later)) == [key]
    second = unit_of_work(lambda: commands.claim(key, now=later))
    assert second.fence == first.fence + 1
    assert unit_of_work(lambda: commands.issue_some(first, limit=9, now=later)) is None
    assert unit_of_work(lambda: commands.issue_some(second, limit=9, now=later)) == 1


def test_batch_that_cannot_go_on_says_why_and_frees_the_training(context, monkeypatch):
    training = make_held()
    make_people(training, 1)
    order(training)

    def fail(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(archives, "print_into", fail)
    work()
    batch = the_batch()
    assert (batch.state, batch.last_error, batch.issued) == (BatchState.FAILED, "OSError", 1)
    monkeypatch.undo()
    order(training, is_issuing=False)
    assert work() == 1


def test_old_archive_is_deleted_and_made_again_on_demand(context, monkeypatch):
    training = make_held()
    make_people(training, 1)
    order(training)
    work()
    stored_name = the_batch().stored_name
    assert jobs.delete_old_proof_archives() == 0
    later = clock.now() + ARCHIVE_KEPT + timedelta(minutes=1)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: later)
        assert jobs.delete_old_proof_archives() == 1
    assert (the_batch().stored_name, archives.is_there(stored_name)) == ("", False)
    order(training, is_issuing=False)
    work()
    assert archives.is_there(the_batch_latest().stored_name)


def test_what_a_dead_worker_left_is_cleared_when_its_batch_is_over(context):
    training = make_held()
    make_people(training, 1)
    batch_id = order(training)
    archives.print_into(batch_id, proof_of(training))
    jobs.delete_old_proof_archives()
    assert archives.list_works() == [batch_id]
    unit_of_work(lambda: commands.cancel(training.organisation_id, batch_id, by=SYSTEM, now=AFTER))
    jobs.delete_old_proof_archives()
    assert archives.list_works() == []


# --- kill -9 in the middle ---

WORKER = """
import sys
from pathlib import Path

from app import create_app
from app.proofs import jobs
from app.proofs.exports import archives
from config import Settings

jobs.ISSUED_AT_ONCE = 7
told, printing, issuing = sys.stdout, archives.print_into, jobs.commands.issue_some

def tell(word):
    told.write(word + "\\n")
    told.flush()

def print_into(work, proof):
    printing(work, proof)
    tell("printed")

def issue_some(*args, **values):
    count = issuing(*args, **values)
    tell("issued")
    return count

archives.print_into, jobs.commands.issue_some = print_into, issue_some
app = create_app(Settings.for_tests(Path(sys.argv[1]), database_url=sys.argv[2]))
with app.app_context():
    jobs.work_on_proof_batches()
tell("done")
"""


def worker(app, database_url: str) -> subprocess.Popen:
    with app.app_context():
        folder = settings().instance_dir
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder), database_url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(("word", "times"), [("issued", 2), ("printed", 9)])
def test_batch_killed_in_the_middle_is_finished_by_the_next_worker(app, database_url, word, times):
    with app.app_context():
        training = make_held()
        make_people(training, PEOPLE)
        order(training)
        db.session.remove()
    first = worker(app, database_url)
    seen = 0
    for line in first.stdout:
        seen += line.strip() == word
        if seen == times:
            break
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    first.stdout.close()
    with app.app_context():
        assert the_batch().state is BatchState.WORKING
        done = count_proofs()
        assert 0 < done <= PEOPLE
        unit_of_work(forget_the_lease)
    second = worker(app, database_url)
    told = second.communicate(timeout=100)[0].split()
    assert told[-1] == "done"
    with app.app_context():
        batch = the_batch()
        assert (batch.state, batch.issued, batch.printed) == (BatchState.DONE, PEOPLE, PEOPLE)
        assert count_proofs() == PEOPLE
        assert len(names_in(batch.stored_name)) == PEOPLE + 1
        assert broken() == []


def forget_the_lease():
    the = db.session.scalars(select(ProofBatch)).one()
    the.leased_until = clock.now() - timedelta(seconds=1)
