"""Credit codes and size classes, as truth tables."""

from __future__ import annotations

import pytest

from app.enterprises import rules
from app.enterprises.errors import (
    UsccCharacter,
    UsccCheckCharacter,
    UsccLength,
    UsccLetter,
    UsccMissing,
    UsccOrganisation,
)
from app.enterprises.rules import SizeClass, parse_uscc, size_class
from tests.makers import USCCS

PUBLIC = (
    "91350100M000100Y43",
    "914403001922038216",
    "9144030071526726XG",
    "91110108551385082Q",
    "91110000600037341L",
)


@pytest.mark.parametrize("code", [*PUBLIC, *USCCS])
def test_parse_uscc_takes_valid_codes(code):
    assert parse_uscc(code) == code


@pytest.mark.parametrize(
    "typed",
    [
        "9144 0112 0000 0001 9d",
        "９１４４０１１２０００００００１９Ｄ",
        "91440112-000000019-d\u200b",
    ],
)
def test_parse_uscc_normalises_what_people_type(typed):
    assert parse_uscc(typed) == "91440112000000019D"


def with_check(code: str) -> str:
    """Complete 16 characters with both check characters."""
    code += rules._organisation_check(code[8:16])
    return code + rules.gb32100.calc_check_digit(code)


@pytest.mark.parametrize("start", ["A1440112", "N2440112", "Y1440112"])
def test_parse_uscc_takes_letters_of_other_registers(start):
    code = with_check(start + "00000001")
    assert parse_uscc(code) == code


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", UsccMissing),
        (" - ", UsccMissing),
        ("91440112000000019", UsccLength),
        ("91440112000000019DD", UsccLength),
        ("9144011200000O019D", UsccLetter),
        ("9I440112000000019D", UsccLetter),
        ("9144011200000/019D", UsccCharacter),
        ("统一社会信用代码", UsccCharacter),
        ("914403007109310121", UsccCheckCharacter),
        ("91440112000000019E", UsccCheckCharacter),
    ],
)
def test_parse_uscc_says_which_slip_was_made(typed, refusal):
    with pytest.raises(refusal):
        parse_uscc(typed)


def test_parse_uscc_with_a_wrong_organisation_code_says_so():
    wrong = "9144011200000001" + "0"
    with pytest.raises(UsccOrganisation):
        parse_uscc(wrong + rules.gb32100.calc_check_digit(wrong))


def test_city_of_is_the_city_of_registration():
    assert rules.city_of("91441900000000035C") == "441900"
    assert rules.city_of("91110108551385082Q") is None


@pytest.mark.parametrize(
    ("employees", "revenue", "expected"),
    [
        (1000, 40000, SizeClass.LARGE),
        (1200, 39999, SizeClass.MEDIUM),
        (300, 2000, SizeClass.MEDIUM),
        (299, 5000, SizeClass.SMALL),
        (20, 300, SizeClass.SMALL),
        (1000, 299, SizeClass.MICRO),
        (19, 100000, SizeClass.MICRO),
    ],
)
def test_size_class_of_manufacturers(employees, revenue, expected):
    assert size_class("C38", employees=employees, revenue_10k_yuan=revenue) is expected


@pytest.mark.parametrize(
    ("industry", "employees", "revenue", "expected"),
    [
        ("", 5000, 500000, SizeClass.UNDECLARED),
        ("C", None, None, SizeClass.UNDECLARED),
        ("C38", 19, None, SizeClass.MICRO),  # one figure is enough to miss every bound
        ("C38", 1000, None, SizeClass.UNDECLARED),
        ("J", 5000, 500000, SizeClass.NOT_APPLICABLE),
        ("P", 10, 10, SizeClass.NOT_APPLICABLE),
        ("G53", 10, 10, SizeClass.NOT_APPLICABLE),
        ("A", None, 20000, SizeClass.LARGE),
        ("E", None, 299, SizeClass.MICRO),  # whatever its assets
        ("E", None, 6000, SizeClass.UNDECLARED),  # assets decide
        ("F51", 200, 40000, SizeClass.LARGE),
        ("F52", 200, 40000, SizeClass.MEDIUM),
        ("F", 200, 40000, SizeClass.UNDECLARED),  # wholesale or retail?
        ("F", 4, 50, SizeClass.MICRO),  # either way
        ("I65", 300, 10000, SizeClass.LARGE),
        ("I63", 300, 10000, SizeClass.MEDIUM),
        ("M", 10, None, SizeClass.SMALL),
        ("Q85", 300, None, SizeClass.LARGE),
    ],
)
def test_size_class_counts_only_what_every_possibility_gives(
    industry, employees, revenue, expected
):
    assert size_class(industry, employees=employees, revenue_10k_yuan=revenue) is expected
