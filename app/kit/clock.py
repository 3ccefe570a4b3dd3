"""The only reader of time."""

from datetime import UTC, datetime


def now() -> datetime:
    """Give the present instant, aware, in UTC."""
    return datetime.now(UTC)
