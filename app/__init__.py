"""The application: its start-up told in one screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app.accounts import access
from app.accounts import public_views as accounts_public
from app.accounts import staff_views as accounts_staff
from app.attendance import api as attendance_api
from app.attendance import desk_views
from app.attendance import invariants as attendance_invariants
from app.attendance import public_views as attendance_public
from app.attendance import staff_views as attendance_staff
from app.audit import invariants as audit_invariants
from app.cli import registry as cli
from app.feedback import api as feedback_api
from app.feedback import invariants as feedback_invariants
from app.feedback import public_views as feedback_public
from app.feedback import staff_views as feedback_staff
from app.kit import (
    assets,
    cookies,
    database,
    guards,
    health,
    invariants,
    keys,
    limits,
    logs,
    markup,
    openapi,
    pages,
    soundness,
    web,
)
from app.outbox import invariants as outbox_invariants
from app.outbox import queries as outbox
from app.outbox import staff_views as outbox_staff
from app.proofs import enterprise_views as proofs_enterprise
from app.proofs import invariants as proofs_invariants
from app.proofs import public_views as proofs_public
from app.proofs import staff_views as proofs_staff
from app.registrations import api as registrations_api
from app.registrations import enterprise_views as registrations_enterprise
from app.registrations import invariants as registrations_invariants
from app.registrations import public_views as registrations_public
from app.registrations import staff_views as registrations_staff
from app.trainings import api as trainings_api
from app.trainings import invariants as trainings_invariants
from app.trainings import public_views as trainings_public
from app.trainings import staff_views as trainings_staff
from config import Settings

ROOT = Path(__file__).parents[1]
MAXIMUM_REQUEST_BYTES = 64 * 1024 * 1024  # one material to download
MAXIMUM_FORM_BYTES = 1024 * 1024
COOKIE_SECONDS = 8 * 3600

PAGES = (
    health,
    trainings_public,
    registrations_public,
    registrations_enterprise,
    proofs_public,
    proofs_enterprise,
    feedback_public,
    attendance_public,
    desk_views,
    accounts_public,
    accounts_staff,
    outbox_staff,
    trainings_staff,
    registrations_staff,
    attendance_staff,
    proofs_staff,
    feedback_staff,
)
CHECKED = (
    soundness,
    audit_invariants,
    outbox_invariants,
    trainings_invariants,
    registrations_invariants,
    attendance_invariants,
    proofs_invariants,
    feedback_invariants,
)
PROGRAMS = (trainings_api, registrations_api, attendance_api, feedback_api, openapi)


class Application(Flask):
    """Flask that does not ask every view and hook of every request whether it is asynchronous."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Give the function as it is: none of ours is asynchronous."""
        return func


def create_app(settings: Settings) -> Flask:
    """Make the application; refuses to start when a route has no guard."""
    logs.init()
    app = Application(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        instance_path=str(settings.instance_dir),
    )
    app.extensions["guanbiao.settings"] = settings
    _configure(app, settings)
    keys.init_app(app, settings.secret_keys)
    cookies.init_app(app)
    database.init_app(app, settings.database_url)
    Migrate(app, database.db, directory=str(ROOT / "migrations"), render_as_batch=True)
    limits.init_app(app, is_on=settings.rate_limits, redis_url=settings.redis_url)
    pages.init_app(app, redis_url=settings.redis_url)
    access.init_app(app)
    csrf = CSRFProtect(app)
    assets.init_app(app)
    markup.init_app(app)
    web.init_app(app, is_https=settings.is_https, site=_site(settings))
    for room in PAGES:
        app.register_blueprint(room.blueprint)
    for room in PROGRAMS:
        app.register_blueprint(room.blueprint)
        csrf.exempt(room.blueprint)  # programs bear tokens, never cookies
    app.extensions["guanbiao.gauges"] = outbox.GAUGES
    access.collect_menu(app)
    access.collect_panels(app, PAGES)
    invariants.init_app(app, [check for room in CHECKED for check in room.CHECKS])
    cli.init_app(app)
    guards.refuse_unguarded(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        TESTING=settings.testing,
        SECRET_KEY=settings.secret_keys[0][1],
        SECRET_KEY_FALLBACKS=[key for _, key in settings.secret_keys[1:]],
        SESSION_COOKIE_NAME="guanbiao",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=COOKIE_SECONDS,
        MAX_CONTENT_LENGTH=MAXIMUM_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAXIMUM_FORM_BYTES,
        TRUSTED_HOSTS=[settings.public_host, "127.0.0.1", "localhost", "[::1]"],
        BABEL_DEFAULT_TIMEZONE=settings.default_timezone,
        WTF_CSRF_TIME_LIMIT=COOKIE_SECONDS,
        WTF_CSRF_SSL_STRICT=False,  # Referrer-Policy is no-referrer; the token is the proof
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]  # Flask's documented way


def _site(settings: Settings) -> web.Site:
    return web.Site(
        organisation_name=settings.site_organisation,
        contact=settings.site_contact,
        icp_number=settings.icp_number,
        police_number=settings.police_number,
    )
