"""The signed cookie session, with its signer made once instead of twice a request."""

from __future__ import annotations

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own cookie sessions; keys change only with a restart, so the signer can stay."""

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Give the signer for the keys of `app`."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


def init_app(app: Flask) -> None:
    """Let `app` keep its sessions so; its keys must be configured already."""
    app.session_interface = CookieSessions()
