"""Commands that look and tell: policy, API document, invariants, digest."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import cast

import click
from flask import Flask, current_app

from app.kit import clock, digests, guards, invariants
from app.kit import openapi as documents
from app.kit.database import db


def the_app() -> Flask:
    """Give the application itself rather than the proxy that stands for it."""
    return cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Werkzeug's documented way


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def policy(*, as_json: bool) -> None:
    """List every route × method with its guard; exit 1 when one has none."""
    entries = list(guards.policy(the_app()))
    if as_json:
        click.echo(json.dumps([_row(entry) for entry in entries], indent=1))
    else:
        for entry in entries:
            click.echo(f"{entry.method:7}{entry.rule:60}{entry.guard or 'NO GUARD'}")
    if any(entry.guard is None for entry in entries):
        raise SystemExit(1)


def _row(entry: guards.Entry) -> dict[str, str | None]:
    return {
        "rule": entry.rule,
        "method": entry.method,
        "endpoint": entry.endpoint,
        "guard": str(entry.guard) if entry.guard else None,
    }


@click.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    click.echo(json.dumps(documents.document(the_app()), ensure_ascii=False, indent=1))


@click.command("check-invariants")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check_invariants(*, as_json: bool) -> None:
    """Recompute what must hold in the database; exit 1 and name the rows otherwise."""
    found = invariants.violations(the_app(), now=clock.now())
    if as_json:
        click.echo(json.dumps({"violations": [asdict(violation) for violation in found]}, indent=1))
    else:
        for violation in found:
            click.echo(f"{violation.rule}: {violation.row}: {violation.detail}")
        click.echo(f"{len(found)} violations")
    if found:
        raise SystemExit(1)


@click.command("db-digest")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def db_digest(*, as_json: bool) -> None:
    """Print per table the number of rows and the SHA-256 of them in key order."""
    with db.engine.connect() as connection:
        found = digests.of_tables(connection, list(db.metadata.tables.values()))
    if as_json:
        tables = {
            digest.table: {"count": digest.count, "sha256": digest.sha256} for digest in found
        }
        click.echo(json.dumps({"digest": digests.whole(found), "tables": tables}, indent=1))
        return
    for digest in found:
        click.echo(f"{digest.table:24}{digest.count:>9}  {digest.sha256}")
    click.echo(f"{'all':24}{sum(digest.count for digest in found):>9}  {digests.whole(found)}")
