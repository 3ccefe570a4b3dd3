"""The number of a proof: readable, checked by its last character, in no order at all.

`PX-2026-7K3M-92QD`: PX for 培训, the year of issue, seven random characters, one check character.
31 characters (no I, L, O, U, Z) are a prime number: a weighted sum modulo 31 with weights that all
differ notices every single wrong character and every two that changed places.
"""

from __future__ import annotations

import re
import unicodedata

PREFIX = "PX"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
RANDOM_CHARACTERS = 7
RANDOM_BYTES = 8
_ROOT = 3  # its powers run through all of 1…30 before they repeat
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "Z": "2"})
_SHAPE = re.compile(rf"(\d{{4}})([{ALPHABET}]{{{RANDOM_CHARACTERS + 1}}})")


def compose(year: int, randomness: bytes) -> str:
    """Make a number of random bytes (at least RANDOM_BYTES of them)."""
    rest, drawn = int.from_bytes(randomness), ""
    for _place in range(RANDOM_CHARACTERS):
        rest, place = divmod(rest, len(ALPHABET))
        drawn += ALPHABET[place]
    return _written(f"{year:04d}{drawn}" + check_character(f"{year:04d}{drawn}"))


def check_character(body: str) -> str:
    """Give the character that makes the weighted sum of `body` and itself a multiple of 31."""
    total = sum(_weight(place) * ALPHABET.index(one) for place, one in enumerate(body))
    inverse = pow(_weight(len(body)), -1, len(ALPHABET))
    return ALPHABET[-total * inverse % len(ALPHABET)]


def canonical(typed: str) -> str | None:
    """Give the number that somebody typed or scanned, None when it can be none.

    Case, spaces, kinds of dashes, full-width forms and a missing prefix do not matter; O, I, L and
    Z, which no number has, are read as 0, 1, 1 and 2.
    """
    plain = unicodedata.normalize("NFKC", typed).upper()
    plain = "".join(one for one in plain if one.isalnum())
    plain = plain.removeprefix(PREFIX).translate(_MISREAD)
    found = _SHAPE.fullmatch(plain)
    if found is None or check_character(plain[:-1]) != plain[-1]:
        return None
    return _written(plain)


def _weight(place: int) -> int:
    return pow(_ROOT, place, len(ALPHABET))


def _written(plain: str) -> str:
    return f"{PREFIX}-{plain[:4]}-{plain[4:8]}-{plain[8:]}"
