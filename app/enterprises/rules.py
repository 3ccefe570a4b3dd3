"""What an enterprise is: its credit code, its city, and the size class its figures give."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from stdnum.cn import uscc as gb32100

from app.enterprises.errors import (
    UsccCharacter,
    UsccCheckCharacter,
    UsccLength,
    UsccLetter,
    UsccMissing,
    UsccOrganisation,
)
from app.kit import regions

USCC_LENGTH = 18
OTHER_PLACE = "000000"
"""The city of enterprises from outside the province."""
_SEPARATORS = re.compile(r"[\s\-‐-―−_.·]+")
_CHARACTERS = re.compile(r"[0-9A-Z]+")
_LEFT_OUT = frozenset("IOZSV")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_UNBOUNDED = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseDetails:
    """What an enterprise says about itself: a normalised code, figures of the last year."""

    uscc: str
    name: str
    city: str
    industry: str = ""
    employees: int | None = None
    revenue_10k_yuan: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetails:
    """Who acts for an enterprise; the phone is E.164."""

    name: str
    phone: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """Someone on the roster; the phone is E.164."""

    name: str
    phone: str
    job_title: str = ""


class SizeClass(StrEnum):
    """Large, medium, small, micro; not applicable to the trade; too little declared to tell."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"
    NOT_APPLICABLE = "not_applicable"
    UNDECLARED = "undeclared"


def parse_uscc(text: str) -> str:
    """Return the 18-character credit code in `text` (GB 32100-2015), normalised.

    Full-width characters, lower case, spaces and hyphens are understood. Letters may stand in
    positions 1 to 8, as the standard allows (agriculture is `N…`, the army `A…`).
    Raises UsccRefused, saying which slip was made.
    """
    code = normalised(text)
    if not code:
        raise UsccMissing
    if not _CHARACTERS.fullmatch(code):
        raise UsccCharacter
    if len(code) != USCC_LENGTH:
        raise UsccLength
    if not _LEFT_OUT.isdisjoint(code):
        raise UsccLetter
    if code[-1] != gb32100.calc_check_digit(code[:-1]):
        raise UsccCheckCharacter
    if code[16] != _organisation_check(code[8:16]):
        raise UsccOrganisation
    return code


def normalised(text: str) -> str:
    """Fold width and case, and drop what people put between the characters."""
    folded = unicodedata.normalize("NFKC", text).upper()
    visible = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return _SEPARATORS.sub("", visible)


def _organisation_check(code: str) -> str:
    """Compute the check digit of an organisation code (GB 11714)."""
    total = sum(int(c, 36) * w for c, w in zip(code, _ORGANISATION_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def city_of(uscc: str) -> str | None:
    """Return the code of the city that registered this enterprise, to prefill a form."""
    return regions.city_of_uscc(uscc)


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRow:
    """Lower bounds of large, medium and small for the trades with these code prefixes."""

    trades: tuple[str, ...]
    employees: tuple[int, int, int] | None = None
    revenue_10k_yuan: tuple[int, int, int] | None = None
    assets_10k_yuan: tuple[int, int, int] | None = None


def _row(
    trades: str,
    employees: tuple[int, int, int] | None = None,
    revenue: tuple[int, int, int] | None = None,
    assets: tuple[int, int, int] | None = None,
) -> SizeRow:
    return SizeRow(
        trades=tuple(trades.split()),
        employees=employees,
        revenue_10k_yuan=revenue,
        assets_10k_yuan=assets,
    )


EDITION = "2017"
"""统计上大中小微型企业划分办法(2017), the numbers of 工信部联企业〔2011〕300号."""

SIZE_ROWS = (
    _row("A", None, (20_000, 500, 50)),
    _row("B C D", (1_000, 300, 20), (40_000, 2_000, 300)),
    _row("E", None, (80_000, 6_000, 300), (80_000, 5_000, 300)),
    _row("F51", (200, 20, 5), (40_000, 5_000, 1_000)),
    _row("F52", (300, 50, 10), (20_000, 500, 100)),
    _row("G54 G55 G56 G57 G58 G59", (1_000, 300, 20), (30_000, 3_000, 200)),
    _row("G59", (200, 100, 20), (30_000, 1_000, 100)),  # loading is transport, storage is not
    _row("G60", (1_000, 300, 20), (30_000, 2_000, 100)),
    _row("H61", (300, 100, 10), (10_000, 2_000, 100)),
    _row("H62", (300, 100, 10), (10_000, 2_000, 100)),
    _row("I63 I64", (2_000, 100, 10), (100_000, 1_000, 100)),
    _row("I65", (300, 100, 10), (10_000, 1_000, 50)),
    _row("K70", None, (200_000, 1_000, 100), (10_000, 5_000, 2_000)),  # developers
    _row("K70", (1_000, 300, 100), (5_000, 1_000, 500)),  # property management
    _row("K70", (300, 100, 10)),  # agencies and other real estate
    _row("L", (300, 100, 10), None, (120_000, 8_000, 100)),
    _row("M N O Q85 R", (300, 100, 10)),
)


def size_class(
    industry: str, *, employees: int | None = None, revenue_10k_yuan: int | None = None
) -> SizeClass:
    """Compute the size class, or UNDECLARED when what was declared allows more than one.

    A trade known only by its section may fall under several rows, and a figure that was not given
    may be anything: the class counts only when every possibility gives the same one.
    """
    if not industry:
        return SizeClass.UNDECLARED
    rows = [row for row in SIZE_ROWS if _covers(row, industry)]
    if not rows:
        return SizeClass.NOT_APPLICABLE
    possible = {
        _class_in(row, *figures)
        for row in rows
        for figures in itertools.product(_range(employees), _range(revenue_10k_yuan), _range(None))
    }
    return possible.pop() if len(possible) == 1 else SizeClass.UNDECLARED


def _covers(row: SizeRow, industry: str) -> bool:
    return any(industry.startswith(trade) or trade.startswith(industry) for trade in row.trades)


def _range(figure: int | None) -> tuple[int, ...]:
    """Give the extremes a figure can take: classes only rise with figures."""
    return (0, _UNBOUNDED) if figure is None else (figure,)


def _class_in(row: SizeRow, employees: int, revenue: int, assets: int) -> SizeClass:
    """Large, medium and small need every lower bound of the row; whoever misses one is lower."""
    columns = [
        (figure, bounds)
        for figure, bounds in (
            (employees, row.employees),
            (revenue, row.revenue_10k_yuan),
            (assets, row.assets_10k_yuan),
        )
        if bounds is not None
    ]
    classes = (SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL)
    for number, found in enumerate(classes):
        if all(figure >= bounds[number] for figure, bounds in columns):
            return found
    return SizeClass.MICRO
