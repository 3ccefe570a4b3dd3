"""Boxes: opened by their code alone, at their place alone, in their context alone."""

from __future__ import annotations

import pytest

from app.kit.boxes import BoxClosed, box_key, bytes_of, close_box, hkdf, open_box, text_of

CODE, PLACE, INFO = "0" * 26, "1" * 26, "guanbiao/test"


def test_hkdf_gives_the_third_value_of_rfc_5869():
    made = hkdf(b"\x0b" * 22, salt=b"", info="", length=42)
    assert made.hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


def test_box_opens_with_its_code_and_the_same_content_looks_the_same():
    made = box_key(CODE, place=PLACE, info=INFO)
    box = close_box(made.key, "示例学员", context="a")
    assert box == close_box(made.key, "示例学员", context="a")
    assert open_box(made.key, box, context="a") == "示例学员"
    assert len(made.lookup) == 16


@pytest.mark.parametrize(
    "other", [{"code": "2" * 26}, {"place": "2" * 26}, {"info": "guanbiao/other"}]
)
def test_another_code_place_or_purpose_opens_and_finds_nothing(other):
    values = {"code": CODE, "place": PLACE, "info": INFO}
    key, stranger = (box_key(one.pop("code"), **one) for one in (dict(values), values | other))
    box = close_box(key.key, "示例学员", context="a")
    assert stranger.lookup != key.lookup
    with pytest.raises(BoxClosed):
        open_box(stranger.key, box, context="a")


def test_a_box_in_another_context_or_altered_stays_closed():
    key = box_key(CODE, place=PLACE, info=INFO).key
    sent = bytes_of(close_box(key, "示例学员", context="a"))
    altered = text_of(sent[:-1] + bytes([sent[-1] ^ 1]))
    for box, context in ((text_of(sent), "b"), (altered, "a"), ("", "a"), ("AA", "a"), ("*", "a")):
        with pytest.raises(BoxClosed):
            open_box(key, box, context=context)
