"""Letters are emptied a year after their training, and not a moment earlier."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.accounts.models import Role
from app.attendance import jobs
from app.attendance.invariants.letters import letters_past_their_time_are_empty
from app.attendance.models import Appeal, AppealedBy
from app.audit.models import AuditEntry
from app.kit import retention
from app.kit.database import db, unit_of_work
from app.kit.mail import Mail
from app.outbox import commands as outbox
from app.outbox import queries
from app.outbox.errors import LetterNotFailed
from app.outbox.models import Letter, LetterState
from tests import makers
from tests.attendance.people import make_attendees, make_morning
from tests.conftest import NOON
from tests.makers import SOMEBODY

CANARY = "canary-letter"
MAIL = Mail(
    recipient=f"{CANARY}@example.com",
    subject=f"{CANARY} subject",
    text=f"{CANARY} text",
    html=f"<p>{CANARY}</p>",
    calendar=f"{CANARY} calendar",
)


def put(training, kind, subject_id, key):
    unit_of_work(
        lambda: outbox.enqueue(
            MAIL,
            key=key,
            kind="registration_confirmed",
            organisation_id=training.organisation_id,
            subject_kind=kind,
            subject_id=subject_id,
            now=training.created_at,
        )
    )


def make_letters(training):
    """Write one letter about every kind of subject."""
    ((attendee, _code),) = make_attendees(training)
    registration = db.session.scalar(
        text("SELECT public_id FROM registration WHERE id = :id"), {"id": attendee.registration_id}
    )
    appeal = Appeal(
        organisation_id=training.organisation_id,
        training_id=training.id,
        lesson_id=training.lessons[0].id,
        attendee_id=attendee.id,
        raised_by=AppealedBy.ATTENDEE,
        text="…",
        created_at=NOON,
    )
    makers.save(appeal)
    subjects = {
        "training": training.public_id,
        "registration": registration,
        "attendee": attendee.public_id,
        "appeal": appeal.public_id,
    }
    for kind, subject_id in subjects.items():
        put(training, kind, subject_id, f"{kind}-{subject_id}")


def end_of(training):
    return training.ends_at.replace(year=training.ends_at.year + 1)


def values():
    rows = db.session.scalars(select(Letter).execution_options(populate_existing=True)).all()
    return [(r.recipient, r.subject, r.text, r.html, r.calendar) for r in rows]


def test_a_moment_before_the_end_nothing_is_emptied(context):
    training = make_morning()
    make_letters(training)
    before = values()
    assert jobs.purge_letters_past_retention(now=end_of(training) - timedelta(seconds=1)) == 0
    assert values() == before


def test_at_the_end_letters_of_every_subject_are_emptied_and_rows_stay(context):
    training = make_morning()
    make_letters(training)
    later = make_morning(starts_at=NOON + timedelta(days=90))
    put(later, "training", later.public_id, "younger")
    at = end_of(training)
    assert jobs.purge_letters_past_retention(now=at) == 4
    found = values()
    assert found.count(("", "", "", None, None)) == 4
    assert len(found) == 5
    assert sum(CANARY in str(row) for row in found) == 1
    assert jobs.purge_letters_past_retention(now=at) == 0


def test_what_was_emptied_is_in_the_audit_log_as_a_count(context):
    training = make_morning()
    make_letters(training)
    jobs.purge_letters_past_retention(now=end_of(training))
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "retention.letters_emptied")
    ).one()
    assert (entry.details, entry.organisation_id) == ({"letters": 4}, training.organisation_id)


def test_more_than_a_batch_is_emptied_in_several_units(context, monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 3)
    assert retention.BATCH <= 200
    training = make_morning()
    make_letters(training)
    units = []

    def unit(work):
        units.append(1)
        return unit_of_work(work)

    assert jobs.purge_letters_past_retention(unit, now=end_of(training)) == 4
    assert len(units) == 2


def test_an_emptied_letter_is_never_sent_again(context):
    training = make_morning()
    make_letters(training)
    jobs.purge_letters_past_retention(now=end_of(training))
    letter = db.session.scalars(select(Letter).execution_options(populate_existing=True)).first()
    assert letter.state is LetterState.CANCELLED
    assert queries.list_due(now=end_of(training), limit=9) == []
    with pytest.raises(LetterNotFailed):
        unit_of_work(
            lambda: outbox.retry(
                training.organisation_id, letter.public_id, by=SOMEBODY, now=end_of(training)
            )
        )


def test_the_pages_say_that_an_emptied_letter_is_deleted(context, client):
    organisation = makers.make_organisation()
    training = make_morning(organisation)
    make_letters(training)
    jobs.purge_letters_past_retention(now=end_of(training))
    makers.sign_in(client, makers.make_staff(Role.ORGANISER, organisation=organisation))
    letter = db.session.scalars(select(Letter)).first()
    for url in ("/staff/letters", f"/staff/letters/{letter.public_id}"):
        answer = client.get(url, follow_redirects=True)
        assert answer.status_code == 200
        assert "内容已过保存期限，已删除" in answer.text
        assert CANARY not in answer.text
        assert "/retry" not in answer.text


def test_the_invariant_gives_the_job_one_day(context):
    training = make_morning()
    make_letters(training)
    at = end_of(training) + retention.GRACE
    assert list(letters_past_their_time_are_empty(at - timedelta(seconds=1))) == []
    assert len(list(letters_past_their_time_are_empty(at))) == 4
    jobs.purge_letters_past_retention(now=at)
    assert list(letters_past_their_time_are_empty(at)) == []
