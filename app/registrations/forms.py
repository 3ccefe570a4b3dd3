"""The sign-up form: its rows, what is filled in for people, and what it offers to choose from."""

from __future__ import annotations

import hashlib
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from app.enterprises import rules as enterprises
from app.enterprises.errors import UsccRefused
from app.kit import languages, regions
from app.kit.forms import Form
from app.kit.texts import translate as _
from app.registrations.rules import MAXIMUM_ATTENDEES, channels_of
from app.trainings.models import Mode

Choices = list[tuple[str, str]]
ROWS = "attendees"
TYPED = ("name", "phone", "email", "job_title")
NOT_CONTENT = frozenset({"csrf_token", "key", "add"})


def prepared(values: MultiDict[str, str], mode: Mode) -> MultiDict[str, str]:
    """Fill in what follows from the rest: the city of the code, the only way of taking part.

    Rows in which nothing was typed are left out, unless there is no other.
    """
    ready = values.copy()
    if not ready.get("enterprise-city"):
        ready["enterprise-city"] = _city_of(ready.get("enterprise-uscc", ""))
    rows = Form(values).indexes(ROWS)
    typed = [n for n in rows if any(values.get(f"{ROWS}-{n}-{name}", "").strip() for name in TYPED)]
    kept = typed or rows[:1] or [0]
    for key in [key for key in ready if key.startswith(f"{ROWS}-")]:
        if _row_of(key) not in kept:
            del ready[key]
    for number in kept:
        ready.setdefault(f"{ROWS}-{number}-name", "")
        if len(channels_of(mode)) == 1:
            ready[f"{ROWS}-{number}-channel"] = channels_of(mode)[0].value
    return ready


def _row_of(key: str) -> int:
    number = key.split("-")[1]
    return int(number) if number.isdigit() else -1


def _city_of(uscc: str) -> str:
    try:
        return enterprises.city_of(enterprises.parse_uscc(uscc)) or ""
    except UsccRefused:
        return ""


def rows_of(form: Form, *, more: int = 0) -> list[int]:
    """List the rows to show: those that were sent, at least one, and `more` empty ones."""
    rows = form.indexes(ROWS) or [0]
    following = range(rows[-1] + 1, rows[-1] + 1 + more)
    return [*rows, *following][:MAXIMUM_ATTENDEES]


def fingerprint(values: MultiDict[str, str]) -> bytes:
    """Give what makes two submissions the same one, whatever the order of their fields."""
    content = sorted(item for item in values.items(multi=True) if item[0] not in NOT_CONTENT)
    return hashlib.sha256(urlencode(content).encode()).digest()


def cities() -> Choices:
    """List the cities to choose from, and the rest of the world."""
    language = languages.current()
    named = [(city.code, city.name(language)) for city in regions.cities()]
    return [*named, (enterprises.OTHER_PLACE, _("广东省以外"))]


def industries() -> list[tuple[str, Choices]]:
    """List the trades to choose from: manufacturing by division first, as most are there."""
    language = languages.current()
    everything = [(one.code, one.name(language), one.section) for one in regions.industries()]
    making = [(code, f"{code} {name}") for code, name, section in everything if section == "C"]
    others = [(code, f"{code} {name}") for code, name, section in everything if section != "C"]
    return [(_("制造业"), making), (_("其他行业"), others)]


def say_what_is_missing(form: Form) -> None:
    """Name each blank field in its own words: ten times "fill this in" helps nobody."""
    asked = _asked()
    for name, faults in form.errors.items():
        parts = name.split("-")
        if faults != [_("请填写此项")]:
            continue
        if parts[0] == ROWS and len(parts) == len(("attendees", "0", "name")):
            row = int(parts[1]) + 1
            form.errors[name] = [_("第%(row)s位参训人员：%(what)s", row=row, what=asked[parts[2]])]
        elif name in asked:
            form.errors[name] = [asked[name]]


def _asked() -> dict[str, str]:
    return {
        "enterprise-uscc": _("请填写统一社会信用代码，可在营业执照上找到"),
        "enterprise-name": _("请填写企业全称"),
        "enterprise-city": _("请选择企业所在城市"),
        "contact-name": _("请填写经办人姓名"),
        "contact-phone": _("请填写经办人手机号"),
        "name": _("请填写姓名"),
        "phone": _("请填写手机号"),
        "channel": _("请选择参加方式"),
    }
