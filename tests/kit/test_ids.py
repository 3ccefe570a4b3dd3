"""Random names: unguessable for people's data, repeatable for synthetic data."""

import re
import uuid

from app.kit import ids


def test_new_id_then_it_is_26_characters_that_nobody_confuses():
    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{26}", ids.new_id())


def test_new_id_when_asked_often_then_it_never_repeats():
    assert len({ids.new_id() for _ in range(5_000)}) == 5_000


def test_new_id_then_every_character_of_the_alphabet_comes_up():
    assert set("".join(ids.new_id() for _ in range(500))) == set(ids.ALPHABET)


def test_new_uuid_then_it_is_a_random_uuid():
    found = uuid.UUID(ids.new_uuid())
    assert (found.version, found.variant) == (4, uuid.RFC_4122)


def test_repeatable_when_the_seed_is_the_same_then_the_names_are():
    with ids.repeatable(7):
        first = [ids.new_id(), ids.new_uuid(), ids.random_bytes(12)]
    with ids.repeatable(7):
        assert [ids.new_id(), ids.new_uuid(), ids.random_bytes(12)] == first
    with ids.repeatable(8):
        assert [ids.new_id(), ids.new_uuid(), ids.random_bytes(12)] != first


def test_repeatable_when_nested_then_the_outer_one_goes_on():
    with ids.repeatable(1):
        expected = [ids.new_id(), ids.new_id()]
    with ids.repeatable(1):
        first = ids.new_id()
        with ids.repeatable(2):
            ids.new_id()
        assert [first, ids.new_id()] == expected


def test_repeatable_when_it_is_over_then_chance_is_back():
    with ids.repeatable(7):
        inside = ids.new_id()
    assert ids.new_id() != inside
    with ids.repeatable(7):
        assert ids.new_id() == inside
