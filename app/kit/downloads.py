"""Files that a visitor takes away: streamed, never cached, with a safe name."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import AnyStr, BinaryIO

from flask import Response, stream_with_context

CHUNK_BYTES = 64 * 1024


def stream(chunks: Iterator[AnyStr], media_type: str, *, name: str = "") -> Response:
    """Send what `chunks` yields as it is made; with `name` as a download of that name (ASCII)."""
    response = Response(stream_with_context(chunks), content_type=media_type)
    return _kept_by_nobody(response, name)


def file(opened: BinaryIO, media_type: str, *, name: str) -> Response:
    """Send an open file from its beginning and close it afterwards."""
    length = opened.seek(0, io.SEEK_END)
    opened.seek(0)
    response = Response(_chunks(opened), content_type=media_type)
    response.content_length = length
    return _kept_by_nobody(response, name)


def _chunks(opened: BinaryIO) -> Iterator[bytes]:
    with opened:
        while chunk := opened.read(CHUNK_BYTES):
            yield chunk


def content(data: bytes, media_type: str, *, name: str, inline: bool = False) -> Response:
    """Send bytes as a download, or to be shown by the browser."""
    response = Response(data, content_type=media_type)
    return _kept_by_nobody(response, name, kind="inline" if inline else "attachment")


def _kept_by_nobody(response: Response, name: str, *, kind: str = "attachment") -> Response:
    if name:
        response.headers["Content-Disposition"] = f'{kind}; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
