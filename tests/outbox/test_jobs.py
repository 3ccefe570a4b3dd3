"""Letters reach a real mail server once, whatever the server does; none is lost."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from app.kit import clock, mail
from app.kit.database import db, unit_of_work
from app.kit.mail import Mail
from app.outbox import commands, jobs
from app.outbox.models import Letter, LetterState
from app.outbox.rules import Draft
from tests import makers
from tests.conftest import NOON
from tests.ops.servers import free_port
from tests.outbox.post_offices import Office, opened, opened_with_tls, silent

LETTERS = 12


def put(count: int = 1, recipient: str = "li@example.com") -> None:
    organisation = makers.make_organisation("示例市场监管局")
    drafts = [
        Draft(
            mail=Mail(recipient=recipient, subject=f"报名成功 {number}", text="您好，李工"),
            key=f"k{number}",
            kind="registration_confirmed",
            organisation_id=organisation.id,
            subject_kind="registration",
            subject_id="r" * 26,
        )
        for number in range(count)
    ]
    unit_of_work(lambda: commands.enqueue_all(drafts, now=NOON))


def letters():
    db.session.expire_all()
    return db.session.scalars(select(Letter).order_by(Letter.id)).all()


def states():
    return [letter.state for letter in letters()]


def pass_over(seconds: int) -> None:
    """Let what waits or is lent be due again, as if time had passed."""

    def earlier() -> None:
        for letter in db.session.scalars(select(Letter)):
            letter.due_at -= timedelta(seconds=seconds)
            if letter.leased_until:
                letter.leased_until -= timedelta(seconds=seconds)

    unit_of_work(earlier)


@pytest.fixture
def mail_to(context):
    """Point the application to a mail server."""
    kept = context.extensions["guanbiao.settings"]

    def point(url: str) -> None:
        context.extensions["guanbiao.settings"] = replace(kept, mail_url=url)

    yield point
    context.extensions["guanbiao.settings"] = kept


def test_deliver_when_no_server_is_set_then_eml_files_are_written(context, mail_to):
    put()
    jobs.deliver_due_letters(unit_of_work)
    (letter,) = letters()
    assert letter.state is LetterState.SENT
    name = letter.message_id.strip("<>").replace("@", "_")
    path = context.extensions["guanbiao.settings"].instance_dir / "mail" / f"{name}.eml"
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["Message-ID"] == letter.message_id
    assert message["To"] == "li@example.com"
    assert message["From"] == "示例市场监管局 <noreply@localhost>"
    assert message["Subject"] == "报名成功 0"
    assert message.get_content().splitlines() == ["您好，李工"]


def test_deliver_when_the_server_takes_them_then_each_is_sent_once(mail_to):
    put(3)
    office = Office()
    with opened(office) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
        jobs.deliver_due_letters(unit_of_work)
    assert states() == [LetterState.SENT] * 3
    assert office.message_ids == [letter.message_id for letter in letters()]
    assert all(letter.sent_at and letter.leased_until is None for letter in letters())


def test_deliver_when_the_server_is_down_then_all_wait_and_one_was_tried(mail_to):
    put(3)
    mail_to(f"smtp://127.0.0.1:{free_port()}")
    jobs.deliver_due_letters(unit_of_work)
    assert states() == [LetterState.WAITING] * 3
    assert [letter.attempts for letter in letters()] == [1, 0, 0]
    assert letters()[0].last_error == "no answer"
    assert letters()[0].due_at > clock.now()


def test_deliver_when_the_server_comes_back_then_nothing_is_lost(mail_to):
    put(3)
    mail_to(f"smtp://127.0.0.1:{free_port()}")
    jobs.deliver_due_letters(unit_of_work)
    pass_over(60)
    office = Office()
    with opened(office) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
    assert states() == [LetterState.SENT] * 3
    assert len(set(office.message_ids)) == len(office.message_ids) == 3


def test_deliver_when_the_server_is_silent_then_it_is_left_in_time(mail_to, monkeypatch):
    monkeypatch.setattr(mail, "STEP_SECONDS", 0.2)
    put(2)
    with silent() as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
    assert states() == [LetterState.WAITING] * 2
    assert letters()[0].last_error == "no answer"


def test_a_conversation_is_shorter_than_the_lease_of_its_letter():
    assert commands.LEASE.total_seconds() > mail.CONVERSATION_SECONDS + mail.STEP_SECONDS


def test_deliver_when_the_whole_conversation_takes_too_long_then_it_is_left(mail_to, monkeypatch):
    monkeypatch.setattr(mail, "CONVERSATION_SECONDS", 0.0)
    put()
    with opened(Office()) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
    assert [letter.last_error for letter in letters()] == ["no answer"]


def test_deliver_when_the_server_says_later_then_the_letter_waits(mail_to):
    put()
    with opened(Office(refusal="451 try later, li@example.com")) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
    (letter,) = letters()
    assert (letter.state, letter.last_error) == (LetterState.WAITING, "smtp 451")


@pytest.mark.parametrize("refuse_at", ["RCPT", "DATA"])
def test_deliver_when_the_server_says_never_then_a_person_must_look(mail_to, refuse_at):
    put()
    with opened(Office(refusal="550 no such user", refuse_at=refuse_at)) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
    (letter,) = letters()
    assert (letter.state, letter.last_error) == (LetterState.FAILED, "smtp 550")


def test_deliver_when_one_is_refused_then_the_others_are_carried(mail_to):
    put(1, recipient="not an address")
    unit_of_work(
        lambda: commands.enqueue(
            Mail(recipient="wang@example.com", subject="好", text="好"),
            key="other",
            kind="x",
            organisation_id=letters()[0].organisation_id,
            subject_kind="x",
            subject_id="x",
            now=NOON,
        )
    )
    with opened(Office()) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
    assert states() == [LetterState.FAILED, LetterState.SENT]
    assert letters()[0].last_error == "bad address"


def test_deliver_when_cut_after_data_then_it_is_sent_again_under_the_same_message_id(mail_to):
    put()
    office = Office()
    office.cuts = 1
    with opened(office) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
        assert states() == [LetterState.WAITING]
        pass_over(60)
        jobs.deliver_due_letters(unit_of_work)
    (letter,) = letters()
    assert letter.state is LetterState.SENT
    assert office.message_ids == [letter.message_id] * 2


def test_deliver_when_a_sender_died_then_another_takes_its_letter_after_the_lease(mail_to):
    put()
    unit_of_work(lambda: commands.claim(letters()[0].id, now=clock.now()))
    office = Office()
    with opened(office) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
        assert office.taken == []
        pass_over(61)
        jobs.deliver_due_letters(unit_of_work)
    assert states() == [LetterState.SENT]
    assert len(office.taken) == 1


def two_senders(app, office: Office) -> None:
    """Run two senders that both found the same letters due before either claimed one."""
    meeting = threading.Barrier(2, timeout=20)
    faults = []

    def send() -> None:
        met = []

        def unit(work):
            if not met:
                met.append(meeting.wait())
            return unit_of_work(work)

        try:
            with app.app_context():
                jobs.deliver_due_letters(unit)
                db.session.remove()
        except Exception as error:  # noqa: BLE001 - told by the test's own thread
            faults.append(error)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert faults == []


def test_two_senders_at_once_send_each_letter_once(app, mail_to):
    put(LETTERS)
    db.session.remove()
    office = Office()
    with opened(office) as url:
        mail_to(url)
        two_senders(app, office)
    assert sorted(office.message_ids) == sorted(letter.message_id for letter in letters())
    assert states() == [LetterState.SENT] * LETTERS


def test_two_senders_without_the_condition_of_the_claim_send_twice(app, mail_to, monkeypatch):
    """The control: the test above can fail."""
    monkeypatch.setattr(commands, "_is_free", lambda _now: Letter.id.is_not(None))
    put(LETTERS)
    db.session.remove()
    office = Office()
    with opened(office) as url:
        mail_to(url)
        two_senders(app, office)
    assert len(office.message_ids) > LETTERS


def test_deliver_to_an_address_in_other_scripts_when_the_server_can_spell_it(mail_to):
    put(recipient="李工@示例.example")
    office = Office()
    with opened(office) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
    assert states() == [LetterState.SENT]
    assert "To: 李工@xn--fsq092h.example".encode() in office.raw[0].splitlines()


def test_deliver_to_an_address_in_other_scripts_when_the_server_cannot(mail_to):
    put(recipient="李工@示例.example")
    with opened(Office(), has_utf8=False) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
    (letter,) = letters()
    assert (letter.state, letter.last_error) == (LetterState.FAILED, "not supported")


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_deliver_when_the_server_shows_an_unknown_certificate_then_nothing_is_said(
    mail_to, tmp_path, scheme
):
    put()
    office = Office()
    with opened_with_tls(office, tmp_path, scheme) as url:
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
    (letter,) = letters()
    assert (letter.state, letter.last_error) == (LetterState.WAITING, "tls")
    assert office.taken == []


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_deliver_when_the_certificate_is_known_then_it_is_sent(
    mail_to, tmp_path, monkeypatch, scheme
):
    put()
    office = Office()
    with opened_with_tls(office, tmp_path, scheme) as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "fullchain.pem"))
        mail_to(url)
        jobs.deliver_due_letters(unit_of_work)
    assert states() == [LetterState.SENT]
    assert len(office.taken) == 1


def test_deliver_when_the_password_is_wrong_then_all_wait(mail_to, tmp_path, monkeypatch):
    put(2)
    with opened_with_tls(Office(), tmp_path, "smtps") as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "fullchain.pem"))
        mail_to(url.replace("smtps://", "smtps://li:wrong@"))
        jobs.deliver_due_letters(unit_of_work)
    assert states() == [LetterState.WAITING] * 2
    assert [letter.attempts for letter in letters()] == [1, 0]
    assert letters()[0].last_error == "smtp 535"


def test_deliver_when_the_password_is_right_then_it_is_sent(mail_to, tmp_path, monkeypatch):
    put()
    office = Office()
    with opened_with_tls(office, tmp_path, "smtps") as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "fullchain.pem"))
        mail_to(url.replace("smtps://", "smtps://li:p%40ss@"))
        jobs.deliver_due_letters(unit_of_work)
    assert states() == [LetterState.SENT]
