"""Commands that make an installation ready."""

from __future__ import annotations

import click
import flask_migrate

from app.kit.settings import settings


@click.command()
def prepare() -> None:
    """Create what is missing: directories, keys, tables; safe to run at every start."""
    running = settings()
    for directory in (running.instance_dir, running.media_dir):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    flask_migrate.upgrade()
