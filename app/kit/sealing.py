"""Personal columns: sealed with AES-256-GCM, found again through a keyed hash."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.kit.ids import random_bytes
from app.kit.keys import keyring

NONCE_BYTES = 12


class SealedByUnknownKey(Exception):
    """The value was sealed by a key that is no longer in SECRET_KEYS."""


class Sealed(TypeDecorator[str]):
    """A text column that is only readable with the installation's keys."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else seal(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else unseal(value)


def seal(text: str) -> str:
    """Seal `text` as `kid.base64(nonce+ciphertext)`."""
    kid = keyring().current
    nonce = random_bytes(NONCE_BYTES)
    box = nonce + _cipher(_key(kid)).encrypt(nonce, text.encode(), None)
    return f"{kid}.{base64.urlsafe_b64encode(box).decode()}"


def unseal(sealed: str) -> str:
    """Open a sealed text; SealedByUnknownKey when its key is gone or the value was altered."""
    kid, _, body = sealed.partition(".")
    box = base64.urlsafe_b64decode(body)
    try:
        return _cipher(_key(kid)).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], None).decode()
    except InvalidTag as error:
        raise SealedByUnknownKey(kid) from error


def lookup(text: str, kind: str) -> str:
    """Give the keyed hash by which a sealed value of one kind (`phone`, `email`) is found.

    It uses the oldest key, which must stay in SECRET_KEYS while its look-ups are in use.
    """
    kid = keyring().keys[-1][0]
    key = keyring().derive(kid, f"lookup:{kind}")
    assert key is not None  # noqa: S101 - the kid came from the ring
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()[:40]


def _key(kid: str) -> bytes:
    key = keyring().derive(kid, "sealed-columns")
    if key is None:
        raise SealedByUnknownKey(kid)
    return key


@functools.lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
