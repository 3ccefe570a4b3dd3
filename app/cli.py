"""Commands for people at the terminal."""

from __future__ import annotations

import json

import click
from flask import Flask, current_app

from app.kit import api, guards


def init_app(app: Flask) -> None:
    """Put the commands on `app`."""
    for command in (policy, openapi):
        app.cli.add_command(command)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def policy(*, as_json: bool) -> None:
    """List every route × method with its guard; exit 1 when one has none."""
    entries = list(guards.policy(current_app._get_current_object()))  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy's own way
    if as_json:
        rows = [
            {
                "rule": entry.rule,
                "method": entry.method,
                "endpoint": entry.endpoint,
                "guard": str(entry.guard) if entry.guard else None,
            }
            for entry in entries
        ]
        click.echo(json.dumps(rows, indent=1))
    else:
        for entry in entries:
            click.echo(f"{entry.method:7}{entry.rule:60}{entry.guard or 'NO GUARD'}")
    if any(entry.guard is None for entry in entries):
        raise SystemExit(1)


@click.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    click.echo(
        json.dumps(api.openapi(current_app._get_current_object()), ensure_ascii=False, indent=1)
    )  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy's own way
