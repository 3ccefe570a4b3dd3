"""A letterbox: everybody may put something in, only the installation can take it out.

What a device without network writes down about people lies sealed for the server's public key
(P-256): whoever takes the device reads nothing. The key pair is derived from SECRET_KEYS, one for
each of them; a new one comes with a new kid, and all that are in the ring still open.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.kit.boxes import KEY_BYTES, BoxClosed, bytes_of, hkdf, open_bytes, text_of
from app.kit.keys import keyring

INFO = "guanbiao/letterbox"
CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
POINT_BYTES = 65


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where to put things in: the kid goes along, `key` is the public point (base64url)."""

    kid: str
    key: str


def slot() -> Slot:
    """Give the slot of the current key."""
    kid = keyring().current
    private = _private(kid)
    assert private is not None  # noqa: S101 - the current key is always in the ring
    return Slot(kid=kid, key=text_of(_point(private.public_key())))


def take_out(kid: str, box: str, *, context: str) -> str:
    """Give what was put in under `kid` in `context`; BoxClosed, also when the key is gone."""
    private, sent = _private(kid), bytes_of(box)
    if private is None:
        raise BoxClosed
    return unlock(private, sent, context=context)


def unlock(private: ec.EllipticCurvePrivateKey, sent: bytes, *, context: str) -> str:
    """Open ephemeral point ‖ nonce ‖ ciphertext ‖ tag with a private key; BoxClosed."""
    point, rest = sent[:POINT_BYTES], sent[POINT_BYTES:]
    try:
        ephemeral = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError as error:
        raise BoxClosed from error
    if len(point) != POINT_BYTES:  # a compressed point is another text for the same thing
        raise BoxClosed
    shared = private.exchange(ec.ECDH(), ephemeral)
    salt = point + _point(private.public_key())
    return open_bytes(hkdf(shared, salt=salt, info=INFO, length=KEY_BYTES), rest, context=context)


def _private(kid: str) -> ec.EllipticCurvePrivateKey | None:
    halves = [keyring().derive(kid, f"letterbox:{number}") for number in (1, 2)]
    seed = b"".join(half for half in halves if half is not None)
    return _pair(seed) if seed else None


@functools.lru_cache(maxsize=16)
def _pair(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """Make a key of 64 bytes: so many that no number of the group is likelier than another."""
    return ec.derive_private_key(int.from_bytes(seed) % (ORDER - 1) + 1, CURVE)


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
