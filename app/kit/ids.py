"""Random public identifiers: the only names by which rows are known outside."""

import contextlib
import random
import secrets
import uuid
from collections.abc import Iterator
from contextvars import ContextVar

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
_source: ContextVar[random.Random | None] = ContextVar("random_source", default=None)


def random_bytes(count: int) -> bytes:
    """Give `count` unpredictable bytes (repeatable ones while synthetic data is made)."""
    source = _source.get()
    return secrets.token_bytes(count) if source is None else source.randbytes(count)


def new_id() -> str:
    """Give a new public id: 130 random bits, 26 lower-case characters without l, i, o, u."""
    number = int.from_bytes(random_bytes(17)) >> 6
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(0, 5 * LENGTH, 5))


def new_uuid() -> str:
    """Give a random UUID (version 4), for facts whose makers name them by UUID."""
    return str(uuid.UUID(bytes=random_bytes(16), version=4))


@contextlib.contextmanager
def repeatable(seed: int) -> Iterator[random.Random]:
    """Draw every random value inside from `seed`: only for synthetic data, never for people's."""
    token = _source.set(random.Random(seed))  # noqa: S311 - synthetic data only
    source = _source.get()
    assert source is not None  # noqa: S101 - set one line above
    try:
        yield source
    finally:
        _source.reset(token)
