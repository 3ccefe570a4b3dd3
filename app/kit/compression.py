"""Answers that are worth packing go out as gzip to whoever takes it.

Only for answers to bearers of a token: nothing that a stranger chose stands beside their secrets.
"""

from __future__ import annotations

import gzip

from flask import Response, request

LEAST_BYTES = 1_000
LEVEL = 6


def packed(response: Response) -> Response:
    """Pack an answer when its reader takes gzip and it is long enough to matter."""
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= LEAST_BYTES and request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(body, compresslevel=LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
