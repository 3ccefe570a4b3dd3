"""Signed tokens: forged, cut, confused, foreign and outdated ones are nothing."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from app import create_app
from app.kit import sealing, tokens
from app.kit.ids import new_id
from app.kit.tokens import Purpose
from config import Settings
from tests.makers import NOON

OLD, NEW = ("k1", "old-key-" + "abcdefgh" * 4), ("k2", "new-key-" + "ijklmnop" * 4)


def app_with(tmp_path, *keys):
    return create_app(Settings.for_tests(tmp_path, secret_keys=keys))


@pytest.fixture
def app(tmp_path):
    app = app_with(tmp_path, NEW, OLD)
    with app.app_context():
        yield app


def test_a_genuine_token_gives_its_id(app):
    token_id = new_id()
    assert tokens.read(tokens.issue(Purpose.TICKET, token_id), Purpose.TICKET) == token_id


def test_every_single_changed_character_is_noticed(app):
    token = tokens.issue(Purpose.TICKET)
    for at, character in enumerate(token):
        other = "b" if character == "a" else "a"
        assert tokens.read(token[:at] + other + token[at + 1 :], Purpose.TICKET) is None, at


def test_every_truncation_is_noticed(app):
    token = tokens.issue(Purpose.TICKET)
    assert [tokens.read(token[:end], Purpose.TICKET) for end in range(len(token))] == [None] * len(
        token
    )


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "..", "k2..", "k2.x.y", "a" * 5000, "k2." + "0" * 26 + ".",
        "k2." + "0" * 26 + "." + "A" * 22, "k2.\x00.\x00", "K2." + "0" * 26 + "." + "A" * 22,
        "k2." + "０" * 26 + "." + "A" * 22, "k2." + "0" * 26 + "-zzzzzzzzz." + "A" * 22,
    ],
)  # fmt: skip
def test_nonsense_is_nothing(app, text):
    assert tokens.read(text, Purpose.TICKET) is None


@pytest.mark.parametrize(
    ("made", "used"), [pair for pair in itertools.product(Purpose, Purpose) if pair[0] != pair[1]]
)
def test_a_token_of_one_purpose_is_nothing_for_another(app, made, used):
    assert tokens.read(tokens.issue(made), used) is None


def test_a_token_for_one_audience_is_nothing_for_another(app):
    token = tokens.issue(Purpose.DESK, audience="lesson-1")
    assert tokens.read(token, Purpose.DESK, audience="lesson-2") is None
    assert tokens.read(token, Purpose.DESK) is None
    assert tokens.read(token, Purpose.DESK, audience="lesson-1")


def test_the_end_of_a_token_cannot_be_moved_or_dropped(app):
    token = tokens.issue(Purpose.FEED, until=NOON)
    kid, body, mac = token.split(".")
    token_id, _, until = body.partition("-")
    assert tokens.read(token, Purpose.FEED, now=NOON - timedelta(seconds=1)) == token_id
    assert tokens.read(token, Purpose.FEED, now=NOON) is None
    assert tokens.read(token, Purpose.FEED) is None
    early = NOON - timedelta(days=1)
    assert tokens.read(f"{kid}.{token_id}.{mac}", Purpose.FEED, now=early) is None
    assert tokens.read(f"{kid}.{token_id}-z{until}.{mac}", Purpose.FEED, now=early) is None


def test_rotation_old_tokens_count_while_the_old_key_stays(tmp_path):
    before, during = app_with(tmp_path, OLD), app_with(tmp_path, NEW, OLD)
    after = app_with(tmp_path, NEW)
    with before.app_context():
        token, sealed = tokens.issue(Purpose.TICKET, "0" * 26), sealing.seal("13800138000")
    with during.app_context():
        assert tokens.read(token, Purpose.TICKET) == "0" * 26
        assert tokens.issue(Purpose.TICKET).startswith("k2.")
        assert sealing.unseal(sealed) == "13800138000"
    with after.app_context():
        assert tokens.read(token, Purpose.TICKET) is None
        with pytest.raises(sealing.SealedByUnknownKey):
            sealing.unseal(sealed)


def test_the_name_of_a_key_does_not_stand_for_the_key(tmp_path):
    with app_with(tmp_path, OLD).app_context():
        token = tokens.issue(Purpose.API)
    with app_with(tmp_path, ("k1", NEW[1])).app_context():
        assert tokens.read(token, Purpose.API) is None


def test_cookies_survive_rotation_and_end_with_their_key(tmp_path):
    cookies = {}
    for name, keys in {"old": (OLD,), "both": (NEW, OLD), "new": (NEW,)}.items():
        app = app_with(tmp_path, *keys)
        serializer = app.session_interface.get_signing_serializer(app)
        cookies[name] = serializer
    signed = cookies["old"].dumps({"_user_id": "x"})
    assert cookies["both"].loads(signed) == {"_user_id": "x"}
    with pytest.raises(Exception, match="does not match"):
        cookies["new"].loads(signed)
