"""What is printed on a proof: composed once, kept as canonical JSON, hashed, never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from app.proofs.rules.wording import PLACEHOLDERS, Wording, filled

CLASS_HOUR_MINUTES = 45
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a proof says of one person and one training."""

    number: str
    name: str
    enterprise: str
    course: str
    course_en: str
    issuer: str
    issuer_en: str
    starts_on: date
    ends_on: date
    issued_on: date
    course_minutes: int


def compose(wording: Wording, facts: Facts) -> str:
    """Give everything that will be printed, as canonical JSON."""
    chinese = {
        "姓名": facts.name,
        "企业": facts.enterprise,
        "课程": facts.course,
        "日期": dates(facts.starts_on, facts.ends_on),
        "学时": hours(facts.course_minutes),
    }
    english = {PLACEHOLDERS[key]: value for key, value in chinese.items()} | {
        "course": facts.course_en or facts.course,
        "date": dates_en(facts.starts_on, facts.ends_on),
    }
    printed = asdict(facts) | {
        "starts_on": facts.starts_on.isoformat(),
        "ends_on": facts.ends_on.isoformat(),
        "issued_on": facts.issued_on.isoformat(),
        "title": wording.title,
        "title_en": wording.title_en,
        "body": filled(wording.body, chinese),
        "body_en": filled(wording.body_en, english),
        "signer": wording.signer,
        "signer_en": wording.signer_en,
        "hours": hours(facts.course_minutes),
    }
    return json.dumps(printed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(printed: str) -> dict[str, Any]:
    """Give what is printed, as values by name."""
    values: dict[str, Any] = json.loads(printed)
    return values


def sha256(printed: str) -> str:
    """Give the hash of what is printed, in hex."""
    return hashlib.sha256(printed.encode()).hexdigest()


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two proofs say the same, number and day of issue aside."""
    ignored = {"number", "issued_on"}
    return {k: v for k, v in one.items() if k not in ignored} == {
        k: v for k, v in other.items() if k not in ignored
    }


def hours(minutes: int) -> str:
    """Write minutes as class hours of 45 minutes, in halves, rounded down: 180 → 4, 200 → 4."""
    halves = max(minutes * 2 // CLASS_HOUR_MINUTES, 1)
    return f"{halves // 2}.5" if halves % 2 else str(halves // 2)


def dates(first: date, last: date) -> str:
    """Write one day, or from when to when, in Chinese."""
    begin = f"{first.year}年{first.month}月{first.day}日"
    if first == last:
        return begin
    if first.year != last.year:
        return f"{begin}—{last.year}年{last.month}月{last.day}日"
    if first.month != last.month:
        return f"{begin}—{last.month}月{last.day}日"
    return f"{begin}—{last.day}日"


def dates_en(first: date, last: date) -> str:
    """Write one day, or from when to when, in English."""
    end = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    if first.year != last.year:
        return f"{first.day} {_MONTHS[first.month - 1]} {first.year} – {end}"
    if first.month != last.month:
        return f"{first.day} {_MONTHS[first.month - 1]} – {end}"
    return f"{first.day}–{end}"


def printed_dates(printed: Mapping[str, Any]) -> tuple[str, str]:
    """Give the days of a printed proof's training in Chinese and in English."""
    first, last = (date.fromisoformat(printed[name]) for name in ("starts_on", "ends_on"))
    return dates(first, last), dates_en(first, last)


def masked(name: str) -> str:
    """Write a name for the public: its first character; how long it is stays untold."""
    return f"{name[:1]}*"
