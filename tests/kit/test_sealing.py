"""Sealed columns: readable with the keys alone, found by their keyed hash."""

import base64
from dataclasses import replace

import pytest
from sqlalchemy import text

from app import create_app
from app.kit import sealing
from app.kit.database import db
from config import Settings
from tests import makers

OLD, NEW = ("k1", "old-key-" + "0123456789" * 4), ("k2", "new-key-" + "9876543210" * 4)


@pytest.fixture
def keys(tmp_path):
    """Enter the context of an installation with these keys."""
    settings = Settings.for_tests(tmp_path)

    def with_keys(*ring):
        return create_app(replace(settings, secret_keys=ring)).app_context()

    return with_keys


def test_unseal_when_sealed_then_the_same_text(keys):
    with keys(OLD):
        for plain in ("", "+8619900000001", "中文 \n “引号”", "x" * 5_000):
            assert sealing.unseal(sealing.seal(plain)) == plain


def test_seal_then_it_shows_nothing_and_never_looks_the_same(keys):
    with keys(OLD):
        first, second = sealing.seal("+8619900000001"), sealing.seal("+8619900000001")
        assert first != second
        assert b"199" not in base64.urlsafe_b64decode(first.partition(".")[2])


def test_unseal_when_it_was_altered_then_it_is_refused(keys):
    with keys(OLD):
        kid, _, body = sealing.seal("+8619900000001").partition(".")
        box = bytearray(base64.urlsafe_b64decode(body))
        for place in range(len(box)):
            altered = bytearray(box)
            altered[place] ^= 1
            with pytest.raises(sealing.SealedByUnknownKey):
                sealing.unseal(f"{kid}.{base64.urlsafe_b64encode(altered).decode()}")


def test_unseal_when_keys_were_rotated_then_it_opens(keys):
    with keys(OLD):
        sealed = sealing.seal("a")
    with keys(NEW, OLD):
        assert sealing.unseal(sealed) == "a"
    with keys(NEW), pytest.raises(sealing.SealedByUnknownKey):
        sealing.unseal(sealed)


def test_lookup_when_keys_were_rotated_then_it_still_finds(keys):
    with keys(OLD):
        before = sealing.lookup("+8619900000001", "phone")
    with keys(NEW, OLD):
        assert sealing.lookup("+8619900000001", "phone") == before
    with keys(NEW):
        assert sealing.lookup("+8619900000001", "phone") != before


def test_lookup_when_the_kind_differs_then_it_differs(keys):
    with keys(OLD):
        assert sealing.lookup("a", "phone") != sealing.lookup("a", "email")
        assert len(sealing.lookup("a", "phone")) == 40


def test_sealed_column_then_the_database_has_no_plain_text(context):
    staff = makers.make_staff()
    staff.totp_secret = "ABCDEFGHIJ"
    makers.save(staff)
    stored = db.session.execute(text("SELECT totp_secret FROM staff")).scalar_one()
    assert "ABCDEFGHIJ" not in stored
    assert sealing.unseal(stored) == "ABCDEFGHIJ"
