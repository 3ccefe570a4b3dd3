"""Boxes that only who holds a certain code can open: HKDF-SHA-256 and AES-256-GCM.

The nonce is made of the key and the content: the same content in the same box gives the same bytes,
so that what a device holds and what it is sent again can be compared.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
LOOKUP_BYTES = 12
HASH_BYTES = 32


class BoxClosed(Exception):
    """The box is not for this key or this context, or it was altered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxKey:
    """What a code opens: its box is found by `lookup`, which says nothing about the key."""

    key: bytes
    lookup: str


def box_key(code: str, *, place: str, info: str) -> BoxKey:
    """Derive key and look-up of what `code` opens at one place (the salt) for one purpose."""
    made = hkdf(code.encode(), salt=place.encode(), info=info, length=KEY_BYTES + LOOKUP_BYTES)
    return BoxKey(key=made[:KEY_BYTES], lookup=text_of(made[KEY_BYTES:]))


def hkdf(secret: bytes, *, salt: bytes, info: str, length: int) -> bytes:
    """Derive `length` bytes (RFC 5869, SHA-256)."""
    seed = hmac.digest(salt, secret, hashlib.sha256)
    made, last = b"", b""
    for number in range(1, -(-length // HASH_BYTES) + 1):
        last = hmac.digest(seed, last + info.encode() + bytes([number]), hashlib.sha256)
        made += last
    return made[:length]


def close_box(key: bytes, content: str, *, context: str) -> str:
    """Seal `content` as base64url(nonce ‖ ciphertext ‖ tag), good in `context` only."""
    plain = content.encode()
    nonce = hmac.digest(key, plain, hashlib.sha256)[:NONCE_BYTES]
    return text_of(nonce + AESGCM(key).encrypt(nonce, plain, context.encode()))


def open_box(key: bytes, box: str, *, context: str) -> str:
    """Give what is in a box; BoxClosed."""
    return open_bytes(key, bytes_of(box), context=context)


def open_bytes(key: bytes, box: bytes, *, context: str) -> str:
    """Give what is in a box of nonce, ciphertext and tag; BoxClosed."""
    try:
        plain = AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], context.encode())
        return plain.decode()
    except (InvalidTag, ValueError) as error:  # too short, or no text inside
        raise BoxClosed from error


def text_of(value: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    """Read base64url without padding; BoxClosed when it is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BoxClosed from error
