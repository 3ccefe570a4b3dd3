"""The letterbox: anybody puts in, only the installation's keys take out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app import create_app
from app.kit import letterbox
from app.kit.boxes import BoxClosed, bytes_of, text_of
from config import Settings
from tests.attendance.letters import put_in
from tests.ops.servers import ROOT

OLD, NEW = ("k1", "old-key-" + "0123456789" * 4), ("k2", "new-key-" + "9876543210" * 4)
[VECTOR] = json.loads((ROOT / "tests/attendance/roster_vectors.json").read_text())["letterbox"]


@pytest.fixture
def keys(tmp_path):
    """Enter the context of an installation with these keys."""
    settings = Settings.for_tests(tmp_path)
    return lambda *ring: create_app(replace(settings, secret_keys=ring)).app_context()


def test_what_was_put_in_is_taken_out_once_more_and_by_nobody_else(keys):
    with keys(OLD):
        slot = letterbox.slot()
        box = put_in(slot.key, "示例学员", uid="u1")
        assert letterbox.take_out(slot.kid, box, context="u1") == "示例学员"
        assert "示例" not in box
    with keys(("k1", NEW[1])), pytest.raises(BoxClosed):
        letterbox.take_out("k1", box, context="u1")


def test_rotation_old_slots_open_while_their_key_stays(keys):
    with keys(OLD):
        old = letterbox.slot()
        box = put_in(old.key, "x", uid="u1")
    with keys(NEW, OLD):
        assert letterbox.slot().kid == "k2"
        assert letterbox.slot().key != old.key
        assert letterbox.take_out(old.kid, box, context="u1") == "x"
    with keys(NEW), pytest.raises(BoxClosed):
        letterbox.take_out(old.kid, box, context="u1")


def test_altered_moved_or_senseless_boxes_stay_closed(keys):
    with keys(OLD):
        slot = letterbox.slot()
        sent = bytes_of(put_in(slot.key, "x", uid="u1"))
        flipped = [sent[:at] + bytes([sent[at] ^ 1]) + sent[at + 1 :] for at in (0, 1, 64, 70, -1)]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sent[:65])
        assert point.public_numbers().x == int.from_bytes(sent[1:33])
        compressed = bytes([2 + sent[64] % 2]) + sent[1:33] + sent[65:]
        for bad in (*flipped, compressed, b"", b"\x04" * 65, b"\x00" + sent[65:], sent[:70]):
            with pytest.raises(BoxClosed):
                letterbox.take_out(slot.kid, text_of(bad), context="u1")
        for kid, context in ((slot.kid, "u2"), ("k9", "u1"), ("", "u1")):
            with pytest.raises(BoxClosed):
                letterbox.take_out(kid, text_of(sent), context=context)


def test_published_vector_opens():
    private = ec.derive_private_key(
        int.from_bytes(bytes_of(VECTOR["server_private"])), ec.SECP256R1()
    )
    plain = letterbox.unlock(private, bytes_of(VECTOR["box"]), context=VECTOR["uid"])
    assert plain == VECTOR["plain"]
