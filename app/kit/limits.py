"""Rate limits: the only door to flask_limiter; counters live in Redis when there is one."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, strategy="moving-window", headers_enabled=False)

SIGN_IN = "20 per minute"
SIGN_UP = "30 per minute; 300 per hour"
TICKET_PAGE = "120 per minute"
WRONG_NAMES_HERE = "10 per 10 minutes"  # of one address, at self check-in
WRONG_NAMES = "100 per 10 minutes"  # of one lesson
DESKS = "60 per minute"


def init_app(app: Flask, *, is_on: bool, redis_url: str | None) -> None:
    """Switch limits on or off; without Redis each process counts for itself."""
    app.config["RATELIMIT_ENABLED"] = is_on
    app.config["RATELIMIT_STORAGE_URI"] = redis_url or "memory://"
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True  # Redis down: registration and check-in go on
    limiter.init_app(app)
