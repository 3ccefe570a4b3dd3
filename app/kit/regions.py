"""Places and trades: Guangdong's cities and industrial clusters, and the national industries."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

_DATA = Path(__file__).with_name("data") / "regions.json"
_USCC_LENGTH = 18
_DIVISION = slice(2, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something with a stable code, a Chinese and an English name."""

    code: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        """Return the English name for English (`en`, `en_GB`), else the Chinese one."""
        return self.en if language.lower().startswith("en") else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class City(Named):
    """A city at prefecture level; the code is that of GB/T 2260 (`440100`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster(Named):
    """One of the province's strategic industrial clusters of 2020."""

    kind: Literal["pillar", "emerging"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry(Named):
    """A section (`F`) of GB/T 4754-2017 or a division of manufacturing (`C38`)."""

    section: str


@dataclass(frozen=True, slots=True)
class _Tables:
    cities: dict[str, City]
    clusters: dict[str, Cluster]
    industries: dict[str, Industry]
    divisions: dict[int, str]


def cities() -> tuple[City, ...]:
    """Return the 21 cities in the order of their codes."""
    return tuple(_tables().cities.values())


def city(code: str) -> City | None:
    """Return the city of that code."""
    return _tables().cities.get(code)


def city_of_uscc(uscc: str) -> str | None:
    """Return the code of the city that registered a normalised 18-character credit code.

    None for other provinces and for those registered nationally or by the province itself. Only
    a guess to prefill a form: being registered elsewhere is normal.
    """
    if len(uscc) != _USCC_LENGTH:
        return None
    code = f"{uscc[_DIVISION]}00"
    return code if code in _tables().cities else None


def clusters() -> tuple[Cluster, ...]:
    """Return the ten pillar clusters, then the ten emerging ones."""
    return tuple(_tables().clusters.values())


def cluster(code: str) -> Cluster | None:
    """Return the cluster of that code."""
    return _tables().clusters.get(code)


def industries() -> tuple[Industry, ...]:
    """Return what a form offers: manufacturing by division, the other sections whole."""
    return tuple(i for i in _tables().industries.values() if i.code != "C")


def industry(code: str) -> Industry | None:
    """Return the industry of a code; finer codes of the standard (`F51`) fall to their section."""
    known = _tables().industries.get(code)
    if known is not None:
        return known
    section, digits = code[:1], code[1:3]
    if not (
        code.isascii() and digits.isdigit() and _tables().divisions.get(int(digits)) == section
    ):
        return None
    return _tables().industries.get(code[:3]) or _tables().industries[section]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    sections = data["sections"]
    return _Tables(
        cities={row["code"]: City(**row) for row in data["cities"]},
        clusters={row["code"]: Cluster(**row) for row in data["clusters"]},
        industries=_industries(sections, data["divisions"]),
        divisions={n: s["code"] for s in sections for n in range(s["first"], s["last"] + 1)},
    )


def _industries(
    sections: list[dict[str, str]], divisions: list[dict[str, str]]
) -> dict[str, Industry]:
    found: dict[str, Industry] = {}
    for row in sections:
        code = row["code"]
        found[code] = Industry(code=code, zh=row["zh"], en=row["en"], section=code)
        if code == "C":
            found |= {d["code"]: Industry(**d, section="C") for d in divisions}
    return found
