"""Typed tokens `kid.id.mac`: no personal data, bound to one purpose and one audience."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from enum import StrEnum

from app.kit.ids import new_id
from app.kit.keys import keyring

MAC_BYTES = 16
_SHAPE = re.compile(r"([a-z0-9]{1,8})\.([0-9a-z]{26}(?:-[0-9a-z]{1,9})?)\.([A-Za-z0-9_-]{22})")


class Purpose(StrEnum):
    """What a token is good for; a token of one purpose is nothing for another."""

    TICKET = "ticket"
    MANAGE = "manage"
    API = "api"
    DESK = "desk"
    ENROL = "enrol"  # a phone that shall become a desk
    GROUP = "group"  # all people of one registration
    HALL = "hall"  # the code on the screen of a hall, for a few seconds
    FEED = "feed"


def issue(
    purpose: Purpose,
    token_id: str | None = None,
    *,
    audience: str = "",
    until: datetime | None = None,
) -> str:
    """Sign `token_id` (a new one if none is given), good for `audience` and until `until`."""
    body = new_id() if token_id is None else token_id
    if until is not None:
        body = f"{body}-{_base36(int(until.timestamp()))}"
    kid = keyring().current
    mac = _mac(kid, purpose, body, audience)
    assert mac is not None  # noqa: S101 - the current key is always in the ring
    return f"{kid}.{body}.{mac}"


def read(
    text: str, purpose: Purpose, *, audience: str = "", now: datetime | None = None
) -> str | None:
    """Give the id inside a genuine token; None for a forged, foreign, confused or expired one."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    kid, body, mac = match.groups()
    expected = _mac(kid, purpose, body, audience)
    if expected is None or not hmac.compare_digest(expected, mac):
        return None
    token_id, _, until = body.partition("-")
    if until and (now is None or int(until, 36) <= now.timestamp()):
        return None
    return token_id


def _mac(kid: str, purpose: Purpose, body: str, audience: str) -> str | None:
    key = keyring().derive(kid, f"token:{purpose}")
    if key is None:
        return None
    digest = hmac.digest(key, f"{kid}.{body}|{audience}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:MAC_BYTES]).decode().rstrip("=")


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"
