"""The outbox keeps one letter for each occasion and lends it to one sender at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.kit.database import db, unit_of_work
from app.kit.mail import Mail
from app.outbox import commands as outbox
from app.outbox.models import Letter, LetterState
from app.outbox.rules import Draft
from tests import makers
from tests.conftest import NOON

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
