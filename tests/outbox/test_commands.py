"""The outbox keeps one letter for each occasion and lends it to one sender at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.kit.database import db, unit_of_work
from app.kit.errors import NotFound
from app.kit.mail import DeliveryFailed, Mail
from app.outbox import commands as outbox
from app.outbox import queries
from app.outbox.errors import LetterNotFailed, LetterNotWaiting
from app.outbox.models import Letter, LetterState
from app.outbox.rules import LEASE, Draft
from tests import makers
from tests.conftest import NOON
from tests.makers import SOMEBODY

MAIL = Mail(recipient="li@example.com", subject="报名成功", text="您好")


def put(key="k1", now=NOON, organisation=None, mail=MAIL):
    organisation = organisation or makers.make_organisation()
    return unit_of_work(
        lambda: outbox.enqueue(
            mail,
            key=key,
            kind="registration_confirmed",
            organisation_id=organisation.id,
            subject_kind="registration",
            subject_id="r" * 26,
            now=now,
        )
    )


def letters():
    return db.session.scalars(select(Letter).order_by(Letter.id)).all()


def test_enqueue_with_a_new_key_stores_a_waiting_letter(context):
    assert put() is True
    (letter,) = letters()
    assert letter.state is LetterState.WAITING
    assert letter.due_at == NOON
    assert letter.message_id == f"<{letter.public_id}@127.0.0.1>"
    assert (letter.recipient, letter.subject, letter.text) == ("li@example.com", "报名成功", "您好")


def test_enqueue_with_a_known_key_says_nothing(context):
    organisation = makers.make_organisation()
    assert [put(organisation=organisation), put(organisation=organisation)] == [True, False]
    assert len(letters()) == 1


def test_enqueue_all_with_known_and_repeated_keys_stores_the_new_ones(context):
    organisation = makers.make_organisation()
    put("k1", organisation=organisation)
    drafts = [
        Draft(
            mail=MAIL,
            key=key,
            kind="moved",
            organisation_id=organisation.id,
            subject_kind="training",
            subject_id="t" * 26,
        )
        for key in ("k1", "k2", "k3", "k3")
    ]
    assert unit_of_work(lambda: outbox.enqueue_all(drafts, now=NOON)) == 2
    assert [letter.key for letter in letters()] == ["k1", "k2", "k3"]


def test_enqueue_all_with_nothing_does_nothing(context):
    assert unit_of_work(lambda: outbox.enqueue_all([], now=NOON)) == 0


def claim(seconds: int = 0):
    (letter,) = letters()
    return unit_of_work(lambda: outbox.claim(letter.id, now=NOON + timedelta(seconds=seconds)))


def the_letter():
    db.session.expire_all()
    return letters()[0]


def test_claim_when_due_then_it_is_lent_with_all_it_needs(context):
    put(organisation=makers.make_organisation("示例市场监管局"))
    found = claim()
    assert (found.fence, found.attempts, found.mail) == (1, 1, MAIL)
    assert found.sender_name == "示例市场监管局"
    assert (the_letter().state, the_letter().leased_until) == (LetterState.SENDING, NOON + LEASE)


def test_claim_when_lent_then_it_is_refused_until_the_lease_ends(context):
    put()
    claim()
    assert claim(59) is None
    assert claim(60).fence == 2


def test_claim_before_it_is_due_is_refused(context):
    put(now=NOON + timedelta(seconds=1))
    assert claim() is None


def test_mark_sent_with_a_void_claim_changes_nothing(context):
    put()
    first = claim()
    claim(60)
    assert unit_of_work(lambda: outbox.mark_sent(first, now=NOON)) is False
    assert the_letter().state is LetterState.SENDING


def test_mark_failed_for_now_waits_longer_each_time(context):
    put()
    failure = DeliveryFailed("smtp 451")
    unit_of_work(lambda: outbox.mark_failed(claim(), failure, now=NOON))
    letter = the_letter()
    assert (letter.state, letter.last_error) == (LetterState.WAITING, "smtp 451")
    assert timedelta(seconds=7) < letter.due_at - NOON <= timedelta(seconds=10)


def test_mark_failed_for_ever_is_failed(context):
    put()
    failure = DeliveryFailed("smtp 550", is_permanent=True)
    unit_of_work(lambda: outbox.mark_failed(claim(), failure, now=NOON))
    assert (the_letter().state, the_letter().leased_until) == (LetterState.FAILED, None)


def fail() -> Letter:
    put()
    failure = DeliveryFailed("smtp 550", is_permanent=True)
    unit_of_work(lambda: outbox.mark_failed(claim(), failure, now=NOON))
    return the_letter()


def test_retry_of_a_failed_letter_makes_it_due_and_is_remembered(context):
    letter = fail()
    unit_of_work(
        lambda: outbox.retry(letter.organisation_id, letter.public_id, by=SOMEBODY, now=NOON)
    )
    assert (the_letter().state, the_letter().due_at) == (LetterState.WAITING, NOON)
    assert db.session.scalars(select(AuditEntry.action)).all() == ["letter.retried"]


def test_retry_of_a_waiting_letter_is_refused(context):
    put()
    letter = the_letter()
    with pytest.raises(LetterNotFailed):
        unit_of_work(
            lambda: outbox.retry(letter.organisation_id, letter.public_id, by=SOMEBODY, now=NOON)
        )


def test_retry_of_a_foreign_letter_is_not_found(context):
    letter = fail()
    stranger = makers.make_organisation()
    with pytest.raises(NotFound):
        unit_of_work(lambda: outbox.retry(stranger.id, letter.public_id, by=SOMEBODY, now=NOON))


def test_cancel_of_a_waiting_letter_takes_it_out_of_the_queue(context):
    put()
    letter = the_letter()
    unit_of_work(
        lambda: outbox.cancel(letter.organisation_id, letter.public_id, by=SOMEBODY, now=NOON)
    )
    assert the_letter().state is LetterState.CANCELLED
    assert claim() is None


def test_cancel_of_a_letter_on_its_way_is_refused(context):
    put()
    claim()
    letter = the_letter()
    with pytest.raises(LetterNotWaiting):
        unit_of_work(
            lambda: outbox.cancel(letter.organisation_id, letter.public_id, by=SOMEBODY, now=NOON)
        )


def test_list_due_gives_what_waits_and_what_was_left_behind(context):
    put("due")
    put("later", now=NOON + timedelta(hours=1))
    put("left")
    left = letters()[2].id
    unit_of_work(lambda: outbox.claim(left, now=NOON - timedelta(seconds=1)))
    unit_of_work(lambda: outbox.claim(left, now=NOON))
    assert queries.list_due(now=NOON, limit=9) == [letters()[0].id]
    assert queries.list_due(now=NOON + LEASE, limit=9) == [letters()[0].id, left]
