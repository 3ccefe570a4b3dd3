"""Static files under addresses that change with their content, so that browsers may keep them."""

from __future__ import annotations

import functools
import hashlib
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

LENGTH = 10
FOREVER = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    """Add `?v=…` to every address of a static file, and let such answers be kept for a year."""
    folder = Path(str(app.static_folder))

    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            values["v"] = version(folder / values["filename"])

    app.url_defaults(add_version)
    app.after_request(_keep)


@functools.cache
def version(path: Path) -> str:
    """Give the first characters of the file's SHA-256; a missing file has none."""
    if not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:LENGTH]


def _keep(response: Response) -> Response:
    is_versioned = request.endpoint == "static" and bool(request.args.get("v"))
    if is_versioned and response.status_code in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        response.headers["Cache-Control"] = FOREVER
    return response
