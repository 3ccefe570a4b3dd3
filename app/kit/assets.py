"""Static files under addresses that change with their content, kept by browsers, sent compressed.

A reverse proxy may serve the folder itself (deploy/nginx); without one the product does it as well.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, current_app, request

LENGTH = 10
FOREVER = "public, max-age=31536000, immutable"
COMPRESSIBLE = frozenset(
    {"text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/wasm"}
)


def init_app(app: Flask) -> None:
    """Give templates `asset(name)`, an address with `?v=…`; let such answers be kept for a year."""
    folder = Path(str(app.static_folder))

    @functools.cache  # a page names two dozen files, the same ones as the next page
    def asset(name: str) -> str:
        return f"{app.static_url_path}/{name}?v={version(folder / name)}"

    app.jinja_env.globals["asset"] = asset

    def send(filename: str) -> Response:
        return _keep(app.send_static_file(filename), filename)

    app.view_functions["static"] = send


@functools.cache
def version(path: Path) -> str:
    """Give the first characters of the file's SHA-256; a missing file has none."""
    if not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:LENGTH]


def _keep(response: Response, filename: str) -> Response:
    if request.args.get("v") and response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        response.headers["Cache-Control"] = FOREVER
    if response.mimetype in COMPRESSIBLE:
        response.vary.add("Accept-Encoding")
        if response.status_code == HTTPStatus.OK and _takes_gzip():
            _compress(response, filename)
    return response


def _takes_gzip() -> bool:
    return request.method == "GET" and request.accept_encodings["gzip"] > 0


def _compress(response: Response, filename: str) -> None:
    path = Path(str(current_app.static_folder)) / filename
    packed = _packed(path, path.stat().st_mtime_ns)
    response.close()  # the file that was opened to be sent plain
    response.direct_passthrough = False
    response.set_data(packed)
    response.headers["Content-Encoding"] = "gzip"


@functools.lru_cache(maxsize=128)
def _packed(path: Path, written: int) -> bytes:
    """Compress a file once per process and version of it (`written` is part of the key)."""
    del written
    return gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
