"""The running settings, and addresses made from them (never from the request's Host)."""

from __future__ import annotations

from flask import current_app

from config import Settings


def settings() -> Settings:
    """Give the settings of the running application."""
    found: Settings = current_app.extensions["guanbiao.settings"]
    return found


def absolute_url(endpoint: str, **values: str) -> str:
    """Give the public address of a page, below PUBLIC_URL; needs no request."""
    adapter = current_app.url_map.bind("localhost")
    return settings().public_url + adapter.build(endpoint, values)
