"""Mobile numbers as people type them, and the reasons for refusing one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit import phones


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        " 138\u00a00013\u30008000 ",
        "+8613800138000",
        "+86 138 0013 8000",
        "008613800138000",
        "8613800138000",
        "１３８００１３８０００",
        "＋８６１３８００１３８０００",
        "（138）0013－8000",
        "\u202d13800138000\u202c",
        "\ufeff13800138000",
    ],
)
def test_parse_mobile_understands_what_people_type(typed: str) -> None:
    assert phones.parse_mobile(typed) == "+8613800138000"


@pytest.mark.parametrize("segment", ["130", "162", "166", "170", "174", "192", "199"])
def test_parse_mobile_takes_every_segment_even_one_not_yet_known(segment: str) -> None:
    assert phones.parse_mobile(f"{segment}12345678") == f"+86{segment}12345678"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "phone_missing"),
        (" \u3000 ", "phone_missing"),
        ("1380013800", "phone_length"),
        ("138001380000", "phone_length"),
        ("020-38835950", "phone_not_mobile"),
        ("+86 20 38835950", "phone_not_mobile"),
        ("400-800-1234", "phone_not_mobile"),
        ("+852 9123 4567", "phone_foreign"),
        ("00853 6612 3456", "phone_foreign"),
        ("12000000000", "phone_invalid"),
        ("10086", "phone_invalid"),
        ("138O0138000", "phone_invalid"),
        ("1٣٨٠٠١٣٨٠٠٠", "phone_invalid"),
        ("+", "phone_invalid"),
        ("+86", "phone_invalid"),
        ("138001380001,13800138002", "phone_invalid"),
        ("<script>", "phone_invalid"),
        ("9" * 5000, "phone_invalid"),
    ],
)
def test_parse_mobile_says_why_it_refuses(typed: str, code: str) -> None:
    with pytest.raises(phones.PhoneRefused) as refusal:
        phones.parse_mobile(typed)
    assert refusal.value.code == code


@given(st.text(max_size=30))
def test_parse_mobile_answers_or_refuses_any_text(typed: str) -> None:
    try:
        number = phones.parse_mobile(typed)
    except phones.PhoneRefused:
        return
    assert number.isascii()
    assert len(number) == len("+8613800138000")


def test_display_groups_three_four_four() -> None:
    assert phones.display("+8613800138000") == "138 0013 8000"


def test_display_leaves_other_numbers_alone() -> None:
    assert phones.display("02038835950") == "02038835950"


def test_mask_hides_the_middle() -> None:
    assert phones.mask("+8613800138000") == "138****8000"


@pytest.mark.parametrize("short", ["", "10086", "+8610086"])
def test_mask_hides_all_of_a_short_number(short: str) -> None:
    assert phones.mask(short) == "****"


def test_last_digits_are_the_last_four() -> None:
    assert phones.last_digits("+8613800138000") == "8000"
