"""The secret keys of this installation, one derived key for each purpose."""

from __future__ import annotations

import functools
import hashlib
import hmac
from dataclasses import dataclass

from flask import Flask, current_app


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The configured keys, newest first: the first one signs, all of them verify."""

    keys: tuple[tuple[str, str], ...]

    @property
    def current(self) -> str:
        return self.keys[0][0]

    def derive(self, kid: str, purpose: str) -> bytes | None:
        """Give the 32-byte key for `purpose`, or None when `kid` is no longer in the ring."""
        for known, secret in self.keys:
            if known == kid:
                return _derive(secret, purpose)
        return None


@functools.lru_cache(maxsize=256)
def _derive(secret: str, purpose: str) -> bytes:
    """HKDF-SHA-256 (RFC 5869) with the purpose as info; one block is all that is needed."""
    seed = hmac.digest(b"guanbiao", secret.encode(), hashlib.sha256)
    return hmac.digest(seed, purpose.encode() + b"\x01", hashlib.sha256)


def init_app(app: Flask, keys: tuple[tuple[str, str], ...]) -> None:
    """Hand the keys to the application."""
    app.extensions["guanbiao.keys"] = Keyring(keys=keys)


def keyring() -> Keyring:
    """Give the keys of the running application."""
    ring: Keyring = current_app.extensions["guanbiao.keys"]
    return ring
