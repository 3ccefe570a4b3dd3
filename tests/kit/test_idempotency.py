"""A key acts once: its answer is replayed, its refusal is forgotten, another request is refused."""

from __future__ import annotations

import pytest

from app.kit.database import unit_of_work
from app.kit.errors import Conflict
from app.kit.idempotency import Answer, IdempotencyMismatch, answer_once
from tests.conftest import NOON


def ask(produce, *, key="k", request=b"body", principal="public"):
    return unit_of_work(
        lambda: answer_once(produce, principal=principal, key=key, request=request, now=NOON)
    )


def never():
    raise AssertionError("the work was done again")


def refused():
    raise Conflict


def test_answer_once_with_a_known_key_gives_the_stored_answer(context):
    assert ask(lambda: (201, "first")) == Answer(status=201, body="first")
    assert ask(never) == Answer(status=201, body="first", is_replayed=True)


def test_answer_once_with_another_request_under_the_key_is_refused(context):
    ask(lambda: (201, "first"))
    with pytest.raises(IdempotencyMismatch):
        ask(never, request=b"other")


def test_answer_once_after_a_refusal_does_the_mended_request(context):
    with pytest.raises(Conflict):
        ask(refused)
    assert ask(lambda: (201, "mended"), request=b"mended").body == "mended"


def test_answer_once_keeps_principals_apart(context):
    ask(lambda: (201, "first"))
    assert ask(lambda: (201, "other"), principal="contact:1").body == "other"
