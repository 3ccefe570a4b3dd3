"""Backup and restore at the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import flask_migrate
from alembic.script import ScriptDirectory
from flask import current_app

from app.kit import backups, clock, health
from app.kit.database import db
from app.kit.settings import settings


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def backup(path: Path) -> None:
    """Write a consistent snapshot (rows, uploads, keys) to PATH while the product runs."""
    running = settings()
    manifest = backups.write(
        path,
        db.engine,
        db.metadata.sorted_tables,
        head=health.head(),
        media_dir=running.media_dir,
        keys=",".join(f"{kid}:{key}" for kid, key in running.secret_keys),
        now=clock.now(),
    )
    rows = sum(table.count for table in manifest.tables)
    click.echo(f"{path}: {rows} rows, {len(manifest.files)} files, digest {manifest.digest}")


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--into", "url", required=True, help="Address of an empty database.")
def restore(path: Path, url: str) -> None:
    """Check the archive PATH, then fill the empty database at URL from it.

    A damaged or newer archive, or a database that has rows, is refused before anything is touched.
    Put the archive's keys (the file secret_keys inside it) into SECRET_KEYS first.
    """
    try:
        manifest = backups.check(path, known_heads=_known_heads())
        _refuse_other_keys(path)
        _into(path, url, manifest)
    except backups.BackupRefused as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"restored {sum(table.count for table in manifest.tables)} rows, {manifest.digest}")


def _known_heads() -> set[str | None]:
    directory = ScriptDirectory(str(current_app.extensions["migrate"].directory))
    return {script.revision for script in directory.walk_revisions()}


def _refuse_other_keys(path: Path) -> None:
    kept = {f"{kid}:{key}" for kid, key in settings().secret_keys}
    if not set(backups.keys_of(path).split(",")) <= kept:
        raise backups.BackupRefused("set SECRET_KEYS to the keys in the archive first")


def _into(path: Path, url: str, manifest: backups.Manifest) -> None:
    """Migrate the empty target to the archive's version, fill it, migrate on, compare digests."""
    from app import create_app  # noqa: PLC0415 - the application imports its commands

    target = create_app(replace(settings(), database_url=url))
    with target.app_context():
        backups.refuse_filled(db.engine, db.metadata.sorted_tables)
        flask_migrate.upgrade(revision=manifest.head or "head")
        backups.read(path, db.engine, db.metadata.sorted_tables, media_dir=settings().media_dir)
        if manifest.head == health.head():  # an older one has other columns by now
            backups.refuse_difference(db.engine, db.metadata.sorted_tables, manifest)
        flask_migrate.upgrade()
        db.engine.dispose()
