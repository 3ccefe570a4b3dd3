"""Tokens: genuine ones are read, everything else is nothing."""

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app import create_app
from app.kit import tokens
from app.kit.tokens import Purpose
from config import Settings

NOW = datetime(2026, 3, 19, 4, tzinfo=UTC)
OLD, NEW = ("k1", "old-key-" + "0123456789" * 4), ("k2", "new-key-" + "9876543210" * 4)


@pytest.fixture
def keys(tmp_path):
    """Enter the context of an installation with these keys."""
    settings = Settings.for_tests(tmp_path)

    def with_keys(*ring):
        return create_app(replace(settings, secret_keys=ring)).app_context()

    return with_keys


def test_read_when_genuine_then_its_id(keys):
    with keys(OLD):
        token = tokens.issue(Purpose.TICKET, "0" * 26)
        assert token.startswith(f"k1.{'0' * 26}.")
        assert tokens.read(token, Purpose.TICKET) == "0" * 26


@pytest.mark.parametrize("issued", list(Purpose))
@pytest.mark.parametrize("asked", list(Purpose))
def test_read_when_it_is_for_another_purpose_then_nothing(keys, issued, asked):
    with keys(OLD):
        found = tokens.read(tokens.issue(issued, "0" * 26), asked)
        assert found == ("0" * 26 if issued is asked else None)


def test_read_when_it_is_for_another_audience_then_nothing(keys):
    with keys(OLD):
        token = tokens.issue(Purpose.DESK, audience="lesson-1")
        assert tokens.read(token, Purpose.DESK, audience="lesson-1") is not None
        assert tokens.read(token, Purpose.DESK, audience="lesson-2") is None
        assert tokens.read(token, Purpose.DESK) is None


def test_read_when_its_time_is_over_then_nothing(keys):
    with keys(OLD):
        token = tokens.issue(Purpose.FEED, until=NOW)
        assert tokens.read(token, Purpose.FEED, now=NOW - timedelta(seconds=1)) is not None
        assert tokens.read(token, Purpose.FEED, now=NOW) is None
        assert tokens.read(token, Purpose.FEED) is None


def test_read_when_any_character_differs_then_nothing(keys):
    with keys(OLD):
        token = tokens.issue(Purpose.TICKET)
        for place, char in enumerate(token):
            for other in string.ascii_letters + string.digits + "-_.":
                if other != char:
                    forged = token[:place] + other + token[place + 1 :]
                    assert tokens.read(forged, Purpose.TICKET) is None, forged


@pytest.mark.parametrize("text", ["", ".", "..", "k1..", "k1.x.y", "\0", "中" * 60, "a" * 10_000])
def test_read_when_it_is_no_token_then_nothing(keys, text):
    with keys(OLD):
        assert tokens.read(text, Purpose.TICKET) is None


def test_read_when_keys_were_rotated_then_old_tokens_still_count(keys):
    with keys(OLD):
        token = tokens.issue(Purpose.API)
    with keys(NEW, OLD):
        assert tokens.read(token, Purpose.API) is not None
        assert tokens.issue(Purpose.API).startswith("k2.")


def test_read_when_its_key_was_taken_out_then_nothing(keys):
    with keys(OLD):
        token = tokens.issue(Purpose.API)
    with keys(NEW):
        assert tokens.read(token, Purpose.API) is None


def test_read_when_another_installation_uses_the_same_key_id_then_nothing(keys):
    with keys(OLD):
        token = tokens.issue(Purpose.API)
    with keys(("k1", NEW[1])):
        assert tokens.read(token, Purpose.API) is None
