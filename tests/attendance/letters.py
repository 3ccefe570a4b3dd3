"""Puts things into the letterbox as a phone does, by another implementation of the keys."""

from __future__ import annotations

import json
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.kit.boxes import bytes_of, text_of
from tests.makers import USCCS

CURVE = ec.SECP256R1()


def put_in(key: str, content: str, *, uid: str) -> str:
    """Seal `content` for the server's point `key`."""
    point = bytes_of(key)
    private = ec.generate_private_key(CURVE)
    own = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point))
    secret = HKDF(SHA256(), 32, own + point, b"guanbiao/letterbox").derive(shared)
    nonce = os.urandom(12)
    sealed = AESGCM(secret).encrypt(nonce, content.encode(), uid.encode())
    return text_of(own + nonce + sealed)


def person(**values: Any) -> dict[str, Any]:
    """Give what a desk writes down about somebody without a ticket."""
    return {
        "uscc": USCCS[5],
        "enterprise": "示例现场企业有限公司",
        "name": "示例来宾",
        "phone": "13700137000",
        "job_title": "",
        "direction": "in",
        "consent": True,
    } | values


def walk_in(slot: dict[str, str], uid: str, at: str, **values: Any) -> dict[str, Any]:
    """Give one item of an upload; `slot` is the letterbox of the roster."""
    box = put_in(slot["key"], json.dumps(person(**values), ensure_ascii=False), uid=uid)
    return {"uid": uid, "occurred_at": at, "sequence": 1, "kid": slot["kid"], "box": box}
