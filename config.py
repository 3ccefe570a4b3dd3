"""Settings: everything the environment may decide, read once, checked all at once."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

KEY_MINIMUM_LENGTH = 32
KEY_MINIMUM_VARIETY = 8  # different characters; refuses "aaaa…" and "change-me"-like fillers


class UnsafeSettings(Exception):
    """Raised with every fault found; names the settings, never prints their values."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("unsafe or missing settings:\n" + "\n".join(f"  - {f}" for f in faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One value for the whole process; docs/settings.md describes each field."""

    database_url: str
    public_url: str
    secret_keys: tuple[tuple[str, str], ...]
    instance_dir: Path
    media_dir: Path
    mail_url: str
    mail_from: str
    sms_url: str
    redis_url: str | None
    default_timezone: str
    trusted_proxies: int
    signup_verification: str
    rate_limits: bool
    site_organisation: str
    site_contact: str
    icp_number: str
    police_number: str
    testing: bool = False

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; raise UnsafeSettings with all faults at once."""
        return _Reader(os.environ if environ is None else environ).settings()

    @classmethod
    def for_tests(cls, instance_dir: Path, **changes: object) -> Settings:
        """Give safe settings for a test, each replaceable by name."""
        values: dict[str, object] = {
            "database_url": f"sqlite:///{instance_dir / 'guanbiao.sqlite'}",
            "public_url": "http://127.0.0.1:8000",
            "secret_keys": (("t1", "test-key-" + "0" * 40),),
            "instance_dir": instance_dir,
            "media_dir": instance_dir / "media",
            "mail_url": "",
            "mail_from": "noreply@localhost",
            "sms_url": "",
            "redis_url": None,
            "default_timezone": "Asia/Shanghai",
            "trusted_proxies": 0,
            "signup_verification": "none",
            "rate_limits": False,
            "site_organisation": "",
            "site_contact": "",
            "icp_number": "",
            "police_number": "",
            "testing": True,
        }
        return cls(**(values | changes))  # type: ignore[arg-type]  # a test names fields freely


class _Reader:
    """Collects faults while it reads, so that an operator mends them in one go."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def settings(self) -> Settings:
        instance_dir = Path(self.text("INSTANCE_DIR", "instance")).absolute()
        settings = Settings(
            database_url=self.checked(
                "DATABASE_URL", f"sqlite:///{instance_dir / 'guanbiao.sqlite'}", _database_url
            ),
            public_url=self.checked("PUBLIC_URL", self._own_address(), _public_url).rstrip("/"),
            secret_keys=self.keys(instance_dir),
            instance_dir=instance_dir,
            media_dir=Path(self.text("MEDIA_DIR", str(instance_dir / "media"))).absolute(),
            mail_url=self.checked("MAIL_URL", "", _mail_url),
            mail_from=self.checked("MAIL_FROM", "noreply@localhost", _mail_address),
            sms_url=self.checked("SMS_URL", "", _sms_url),
            redis_url=self.checked("REDIS_URL", "", _redis_url) or None,
            default_timezone=self.checked("DEFAULT_TIMEZONE", "Asia/Shanghai", _timezone),
            trusted_proxies=int(self.checked("TRUSTED_PROXIES", "0", _small_number)),
            signup_verification=self.checked("SIGNUP_VERIFICATION", "none", _one_of("none")),
            rate_limits=self.checked("RATE_LIMITS", "on", _one_of("on", "off")) == "on",
            site_organisation=self.text("SITE_ORGANISATION", ""),
            site_contact=self.text("SITE_CONTACT", ""),
            icp_number=self.text("ICP_NUMBER", ""),
            police_number=self.text("POLICE_NUMBER", ""),
        )
        if self.faults:
            raise UnsafeSettings(self.faults)
        return settings

    def text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def checked(self, name: str, default: str, check: Callable[[str], str | None]) -> str:
        value = self.text(name, default)
        if value and (fault := check(value)):
            self.faults.append(f"{name}: {fault}")
            return default
        return value

    def keys(self, instance_dir: Path) -> tuple[tuple[str, str], ...]:
        text = self.text("SECRET_KEYS", "") or _instance_keys(instance_dir)
        parts = [part.partition(":") for part in text.split(",")]
        keys = tuple((kid, key) for kid, _, key in parts)
        kids = [kid for kid, _ in keys]
        if len(set(kids)) != len(kids):
            self.faults.append("SECRET_KEYS: each key needs its own id")
        if not all(re.fullmatch(r"[a-z0-9]{1,8}", kid) for kid in kids):
            self.faults.append("SECRET_KEYS: write kid:key,… (id: 1-8 lower-case letters, digits)")
        if any(
            len(key) < KEY_MINIMUM_LENGTH or len(set(key)) < KEY_MINIMUM_VARIETY for _, key in keys
        ):
            self.faults.append(
                f"SECRET_KEYS: each key needs at least {KEY_MINIMUM_LENGTH} random characters"
            )
        return keys

    def _own_address(self) -> str:
        host = self.text("HOST", "127.0.0.1")
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
        return f"http://{shown}:{self.text('PORT', '8000')}"


def _instance_keys(instance_dir: Path) -> str:
    """Read this installation's own keys, making them on the first start (mode 0600)."""
    path = instance_dir / "secret_keys"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        instance_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another worker was faster
        return path.read_text().strip()
    text = f"k1:{secrets.token_urlsafe(48)}"
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return text


def _database_url(value: str) -> str | None:
    if value.startswith(("sqlite:///", "postgresql+psycopg://")):
        return None
    return "use sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"


def _public_url(value: str) -> str | None:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        return "use https://HOST without a path"
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        return "must be https:// except on this machine itself; cameras and sign-in need it"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _mail_url(value: str) -> str | None:
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname:
        return "use smtp://, smtp+starttls:// or smtps://USER:PASSWORD@HOST:PORT"
    if parts.scheme == "smtp" and parts.password and not _is_loopback(parts.hostname):
        return "would send a password in clear text; use smtp+starttls:// or smtps://"
    return None


def _mail_address(value: str) -> str | None:
    is_address = re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value)
    return None if is_address else "use an address like a@example.com"


def _sms_url(value: str) -> str | None:
    return None if value.startswith("file:") else "only file:PATH is available"


def _redis_url(value: str) -> str | None:
    return None if urlsplit(value).scheme in {"redis", "rediss"} else "use redis://HOST:PORT/NUMBER"


def _timezone(value: str) -> str | None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return "use a name such as Asia/Shanghai"
    return None


def _small_number(value: str) -> str | None:
    return None if re.fullmatch(r"[0-4]", value) else "use the number of proxies in front, 0 to 4"


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda value: None if value in allowed else f"use one of {', '.join(allowed)}"
