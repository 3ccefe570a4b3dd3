"""What a browser remembers while somebody signs in, and where it may go afterwards."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app, request, url_for
from flask import session as cookie
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.accounts.commands.signing_in import Attempt
from app.accounts.rules import CODE_LIMIT
from app.kit import sealing

WHO = "_user_id"
FRESH = "_fresh"
SEEN = "seen"
HALFWAY = "halfway"
ENROLLING = "enrolling"
PATH_MAXIMUM_LENGTH = 1_000
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def attempt(email: str) -> Attempt:
    """Give from where and as whom the present request tries to come in."""
    return Attempt(
        account=account_subject(email),
        address=sealing.lookup(_network(request.remote_addr or ""), "sign-in-address"),
        browser=_browser(request.headers.get("User-Agent", "")),
    )


def account_subject(email: str) -> str:
    """Give the keyed hash under which failures of an account are counted."""
    return sealing.lookup(email.strip().lower(), "sign-in-account")


def _network(address: str) -> str:
    """Give the address itself, or the /64 that one subscriber of IPv6 holds."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:  # noqa: PLR2004 - the version of the protocol
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _browser(agent: str) -> str:
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part)


def start(session_id: str, *, now: datetime) -> None:
    """Let this browser bear a login session; nothing it bore before survives."""
    cookie.clear()
    cookie.update({WHO: session_id, FRESH: True, SEEN: now.isoformat(timespec="seconds")})


def replace(session_id: str) -> None:
    """Let this browser bear another login session of the same person."""
    cookie[WHO] = session_id


def stop() -> None:
    """Forget who was signed in, and all else."""
    cookie.clear()


def pause(staff_public_id: str, email: str, *, now: datetime) -> None:
    """Remember that the password was right and the authenticator's code is still to come."""
    cookie.clear()
    cookie[HALFWAY] = [staff_public_id, email, (now + CODE_LIMIT).isoformat()]


def halfway(*, now: datetime) -> tuple[str, str] | None:
    """Give (account, e-mail) of whoever still owes a code, or None when it took too long."""
    found = cookie.get(HALFWAY)
    if not found or datetime.fromisoformat(found[2]) <= now:
        return None
    return found[0], found[1]


def safe_next(text: str) -> str:
    """Give `text` when it is a page of this site, else an empty text (no open redirect)."""
    if not text.startswith("/") or text.startswith("//") or len(text) > PATH_MAXIMUM_LENGTH:
        return ""
    if re.search(r"[\\\x00-\x20\x7f-\xa0]", text):
        return ""
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.path.startswith(url_for("accounts.sign_in")):
        return ""
    try:
        current_app.url_map.bind("localhost").match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return ""
    return text
