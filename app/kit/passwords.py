"""Passwords: what is strong enough, how they are kept (Argon2id), one-time codes (RFC 6238)."""

from __future__ import annotations

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.kit.ids import random_bytes

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 128  # hashing must not be made slow by what is typed
KINDS_NEEDED = 3
READABLE = "abcdefghjkmnpqrstuvwxyz"
GROUPS = 4

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP 2024 minimum
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
    "0000000000000000000000000000000000000000000"
)


def hashed(password: str, *, salt: bytes | None = None) -> str:
    """Hash a password; slow on purpose, so never inside a unit of work."""
    return _hasher.hash(password, salt=salt)


def matches(password: str, stored: str | None) -> bool:
    """Tell whether `password` is the stored one; takes as long when there is no account."""
    try:
        _hasher.verify(stored or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def kinds(password: str) -> int:
    """Count the kinds of characters used: lower, upper, digit, other."""
    return (
        any(c.islower() for c in password)
        + any(c.isupper() for c in password)
        + any(c.isdigit() for c in password)
        + any(not c.isalnum() for c in password)
    )


def new_password() -> str:
    """Give a one-time password, easily read out and typed: `Kmpr4-xqwe7-…`, 84 random bits."""
    groups = []
    for _ in range(GROUPS):
        raw = random_bytes(5)
        letters = "".join(READABLE[byte % len(READABLE)] for byte in raw[:4])
        groups.append(f"{letters}{2 + raw[4] % 8}")
    return "-".join([groups[0].capitalize(), *groups[1:]])


def new_totp_secret() -> str:
    """Give a new secret for an authenticator application."""
    return pyotp.random_base32()


def totp_address(secret: str, *, account: str, issuer: str) -> str:
    """Give the otpauth:// address that the authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def totp_step(secret: str, code: str, at: float) -> int | None:
    """Give the time step (30 s) in which `code` is right, one step of grace; None when wrong.

    The caller stores the step and refuses one that is not newer: a code counts once.
    """
    totp = pyotp.TOTP(secret)
    step = int(at) // 30
    steps = (step, step - 1, step + 1)
    return next((s for s in steps if pyotp.utils.strings_equal(code, totp.at(s * 30))), None)
