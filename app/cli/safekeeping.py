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
    """Every key of the archive must be here, and its last one last: look-ups are made with it."""
    kept = [f"{kid}:{key}" for kid, key in settings().secret_keys]
    needed = backups.keys_of(path).strip().split(",")
    if not set(needed) <= set(kept) or needed[-1] != kept[-1]:
        raise backups.BackupRefused("set SECRET_KEYS to the keys in the archive first")


def _into(path: Path, url: str, manifest: backups.Manifest) -> None:
    """Migrate the empty target to the archive's version, fill it, migrate on, compare digests."""
    from app import create_app  # noqa: PLC0415 - the application imports its commands

    media_dir = settings().media_dir
    target = create_app(replace(settings(), database_url=url))
    with target.app_context():
        try:
            tables = db.metadata.sorted_tables
            backups.refuse_filled(db.engine, tables)
            backups.refuse_other_uploads(manifest, media_dir)
            flask_migrate.upgrade(revision=manifest.head or "head")
            is_same = manifest.head == health.head()  # an older one has other columns by now
            digest = manifest.digest if is_same else None
            backups.read(path, db.engine, tables, media_dir=media_dir, digest=digest)
            flask_migrate.upgrade()
        finally:
            db.engine.dispose()
