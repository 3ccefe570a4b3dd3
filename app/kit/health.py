"""Pages for machines: alive, ready, measured."""

from __future__ import annotations

import shutil

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kit import leases
from app.kit.database import db, unit_of_work
from app.kit.errors import Unavailable
from app.kit.guards import public

SCHEDULER_LEASE = "scheduler"
DISK_MINIMUM_BYTES = 100 * 1024 * 1024

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """Say that this process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Say whether database, migrations, disk and scheduler are as they must be."""
    checks = {
        "database": _can_write(),
        "migrations": is_migrated(),
        "disk": _has_room(),
        "scheduler": _is_scheduled(),
    }
    is_ready = all(checks.values())
    return jsonify(status="ok" if is_ready else "failing", checks=checks), 200 if is_ready else 503


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Give figures for Prometheus; every worker reads the same ones from the database."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    for name, help_text, measure in current_app.extensions["guanbiao.gauges"]:
        Gauge(name, help_text, registry=registry).set(measure())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def head() -> str | None:
    """Give the newest migration that this code brings."""
    config = Config()
    config.set_main_option("script_location", str(current_app.extensions["migrate"].directory))
    return ScriptDirectory.from_config(config).get_current_head()


def _can_write() -> bool:
    def touch() -> None:
        db.session.execute(text("UPDATE lease SET fence = fence WHERE name = ''"))

    try:
        unit_of_work(touch)
    except (DBAPIError, Unavailable):
        return False
    return True


def is_migrated() -> bool:
    """Tell whether the tables are those of this version."""
    try:
        found = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError:
        db.session.close()
        return False
    return bool(found == head())


def _has_room() -> bool:
    return (
        shutil.disk_usage(current_app.extensions["guanbiao.settings"].instance_dir).free
        > DISK_MINIMUM_BYTES
    )


def _is_scheduled() -> bool:
    try:
        return leases.is_held(SCHEDULER_LEASE)
    except DBAPIError:
        return False
