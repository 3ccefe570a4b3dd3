"""Organisers see what was sent, failed or waits, and act on it; supervisors only read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from app.accounts.models import Role
from app.kit.database import db, unit_of_work
from app.kit.mail import Mail
from app.outbox import commands, invariants
from app.outbox.models import Letter, LetterState
from app.outbox.rules import Draft
from tests import makers
from tests.conftest import NOON

CODE = f"k1.{'a' * 26}.{'B' * 22}"


def put(organisation, count=1, state=LetterState.WAITING, kind="registration_confirmed"):
    drafts = [
        Draft(
            mail=Mail(
                recipient="zhang@example.com",
                subject=f"报名成功 {kind} {state} {number}",
                text=f"您好，<b>张工</b>\n\n请打开 http://127.0.0.1/my/r/{CODE}",
            ),
            key=f"{kind}-{state}-{number}",
            kind=kind,
            organisation_id=organisation.id,
            subject_kind="registration",
            subject_id="r" * 26,
        )
        for number in range(count)
    ]
    unit_of_work(lambda: commands.enqueue_all(drafts, now=NOON))

    def settle() -> None:
        for letter in db.session.scalars(
            select(Letter).where(Letter.key.like(f"{kind}-{state}-%"))
        ):
            letter.state = state
            letter.attempts = letter.fence = 0 if state is LetterState.WAITING else 1
            letter.sent_at = NOON if state is LetterState.SENT else None
            letter.last_error = "smtp 550" if state is LetterState.FAILED else ""

    unit_of_work(settle)


def first() -> Letter:
    db.session.expire_all()
    return db.session.scalars(select(Letter).order_by(Letter.id)).first()


@pytest.fixture
def organiser(app, client):
    """Sign an organiser in; give its organisation."""
    with app.app_context():
        organisation = makers.make_organisation()
        makers.sign_in(client, makers.make_staff(Role.ORGANISER, organisation=organisation))
    return organisation


@pytest.fixture
def inside(app):
    """Do something at the database, outside of any request."""

    def run(work, *arguments, **values):
        with app.app_context():
            return work(*arguments, **values)

    return run


def test_index_lists_letters_with_masked_recipients(organiser, client, inside):
    inside(put, organiser)
    page = client.get("/staff/letters").text
    assert "z***@example.com" in page
    assert "zhang@example.com" not in page
    assert "等待发送" in page


def test_index_when_there_are_none_says_so(organiser, client):
    assert "还没有邮件" in client.get("/staff/letters").text


def test_index_by_state_and_kind_shows_only_those(organiser, client, inside):
    inside(put, organiser, state=LetterState.FAILED)
    inside(put, organiser, state=LetterState.SENT, kind="registration_cancelled")
    failed = client.get("/staff/letters?state=failed").text
    assert "registration_confirmed failed 0" in failed
    assert "registration_cancelled sent 0" not in failed
    assert "邮件服务器拒收（代码550）" in failed
    cancelled = client.get("/staff/letters?kind=registration_cancelled").text
    assert "registration_confirmed failed 0" not in cancelled
    assert "registration_cancelled sent 0" in cancelled


def test_index_costs_the_same_with_1_and_30_letters(organiser, client, inside):
    inside(put, organiser, kind="y")
    inside(put, organiser, kind="x")
    few = statements(client, inside)
    inside(put, organiser, 30, kind="z")
    assert statements(client, inside) == few


def statements(client, inside) -> int:
    seen = []

    def note(*arguments) -> None:
        seen.append(arguments[2])

    engine = inside(lambda: db.engine)
    event.listen(engine, "before_cursor_execute", note)
    assert client.get("/staff/letters").status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_show_tells_what_was_said_without_codes_and_addresses(organiser, client, inside):
    inside(put, organiser)
    page = client.get(f"/staff/letters/{inside(first).public_id}").text
    assert "您好，&lt;b&gt;张工&lt;/b&gt;" in page
    assert "http://127.0.0.1/my/r/***" in page
    assert CODE not in page
    assert "zhang@example.com" not in page


def test_show_of_a_foreign_letter_is_not_found(organiser, client, inside):
    inside(lambda: put(makers.make_organisation()))
    assert client.get(f"/staff/letters/{inside(first).public_id}").status_code == 404
    assert client.post(f"/staff/letters/{inside(first).public_id}/retry").status_code == 404
    assert client.post(f"/staff/letters/{inside(first).public_id}/cancel").status_code == 404


def test_retry_puts_a_failed_letter_back(organiser, client, inside):
    inside(put, organiser, state=LetterState.FAILED)
    answer = client.post(f"/staff/letters/{inside(first).public_id}/retry", follow_redirects=True)
    assert "已重新放入发送队列" in answer.text
    assert inside(first).state is LetterState.WAITING


def test_retry_of_a_sent_letter_is_refused(organiser, client, inside):
    inside(put, organiser, state=LetterState.SENT)
    assert client.post(f"/staff/letters/{inside(first).public_id}/retry").status_code == 409
    assert inside(first).state is LetterState.SENT


def test_cancel_takes_a_waiting_letter_out(organiser, client, inside):
    inside(put, organiser)
    client.post(f"/staff/letters/{inside(first).public_id}/cancel")
    assert inside(first).state is LetterState.CANCELLED


def test_supervisor_reads_and_cannot_act(app, client, inside):
    with app.app_context():
        organisation = makers.make_organisation()
        makers.sign_in(client, makers.make_staff(Role.SUPERVISOR, organisation=organisation))
        put(organisation, state=LetterState.FAILED)
        letter_id = first().public_id
    page = client.get(f"/staff/letters/{letter_id}")
    assert page.status_code == 200
    assert "/retry" not in page.text
    assert client.post(f"/staff/letters/{letter_id}/retry").status_code == 403


def test_trainer_sees_nothing_of_it(app, client):
    with app.app_context():
        makers.sign_in(client, makers.make_staff(Role.TRAINER))
    assert client.get("/staff/letters").status_code == 403


def test_dashboard_names_failed_letters_and_nothing_else(organiser, client, inside):
    inside(put, organiser, state=LetterState.SENT)
    assert "封邮件没有发出去" not in client.get("/staff/").text
    inside(put, organiser, 2, state=LetterState.FAILED)
    page = client.get("/staff/").text
    assert "有2封邮件没有发出去" in page
    assert '<a href="/staff/letters?state=failed">' in page
    assert "2 letters were not sent" in client.get("/staff/?lang=en").text


def test_invariants_find_what_is_broken(context):
    put(makers.make_organisation(), 3)
    assert [v for check in invariants.CHECKS for v in check(NOON)] == []

    def spoil() -> None:
        letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
        letters[0].state = LetterState.SENT
        letters[1].state, letters[1].fence = LetterState.SENDING, 1
        letters[2].state, letters[2].fence = LetterState.SENDING, 1
        letters[2].leased_until = NOON - timedelta(hours=1)

    unit_of_work(spoil)
    found = [violation.rule for check in invariants.CHECKS for violation in check(NOON)]
    assert found == ["letter.sent_has_instant", "letter.lent_has_lease", "letter.lease_ended"]
