"""Slices of long lists, and the cache of finished public pages."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from flask import Flask, Response, current_app, request, url_for
from flask_caching import Cache

Item = TypeVar("Item")

SIZE = 20
MAXIMUM_SIZE = 100
cache = Cache()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """One slice of a list, and where it stands."""

    items: Sequence[Item]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, math.ceil(self.total / self.size))

    def url(self, number: int) -> str:
        """Give the address of another slice of the same list, filters kept."""
        assert request.endpoint is not None  # noqa: S101 - pages are rendered inside a request
        values = {**request.args.to_dict(), **(request.view_args or {}), "page": number}
        return url_for(request.endpoint, **values)


def asked_number() -> int:
    """Give the page number in the address; anything else is the first page."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1  # noqa: PLR2004 - no list has a million pages


def init_app(app: Flask, *, redis_url: str | None) -> None:
    """Keep finished pages in this process, or in Redis when there is one."""
    app.config["CACHE_TYPE"] = "RedisCache" if redis_url else "SimpleCache"
    app.config["CACHE_REDIS_URL"] = redis_url
    app.config["CACHE_DEFAULT_TIMEOUT"] = 300
    # pages kept from before an upgrade are not the pages of today
    app.config["CACHE_KEY_PREFIX"] = f"guanbiao:{_written(Path(app.root_path).parent)}:"
    cache.init_app(app)


def _written(root: Path) -> int:
    """Give when the newest template or catalogue was written."""
    files = (*root.glob("templates/**/*.*"), *root.glob("translations/**/*.mo"))
    return max((int(path.stat().st_mtime) for path in files), default=0)


def cached(key: str, render: Callable[[], str]) -> Response:
    """Answer with the page stored under `key`, rendering it on the first request.

    The key must name everything the page depends on (row revisions, computed states, language);
    pages for signed-in people and pages with forms are never kept. A browser that still has the
    page is told so (304).
    """
    whole = f"{current_app.config['CACHE_KEY_PREFIX']}{key}"
    tag = f'W/"{hashlib.blake2s(whole.encode(), digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=0, must-revalidate"}
    if request.headers.get("If-None-Match") == tag:
        return current_app.response_class(status=304, headers=headers)
    html = cache.get(key)
    if html is None:
        html = render().encode()
        cache.set(key, html)
    return current_app.response_class(html, headers=headers, mimetype="text/html")
