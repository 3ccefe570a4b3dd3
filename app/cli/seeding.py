"""The command that fills an empty database with synthetic data."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from datetime import datetime
from typing import Any

import click
import flask_migrate

from app.kit import clock, health
from app.seeds import play
from app.seeds.play import DEFAULT_ATTENDEES, DEFAULT_SEED, AlreadyFilled, Profile


class Instant(click.ParamType[datetime]):
    """An instant with its offset from UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail("write an instant like 2026-03-19T10:00+08:00", param, ctx)
        if instant.tzinfo is None:
            self.fail("say the offset from UTC too: 2026-03-19T10:00+08:00", param, ctx)
        return instant


@click.command()
@click.option(
    "--profile",
    type=click.Choice([profile.value for profile in Profile]),
    required=True,
    help="demo: a year to look at; acceptance: small and regular; load: one huge training.",
)
@click.option(
    "--seed", "number", type=int, default=DEFAULT_SEED, show_default=True,
    help="The same number, hour and keys give the same rows on every database.",
)  # fmt: skip
@click.option(
    "--attendees", type=click.IntRange(1, 1_000_000), default=DEFAULT_ATTENDEES, show_default=True,
    help="How many people the load profile signs up.",
)  # fmt: skip
@click.option(
    "--at", "instant", type=Instant(), metavar="INSTANT",
    help="Count this instant as the present one (default: now).",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document with everything.")
def seed(
    *, profile: str, number: int, attendees: int, instant: datetime | None, as_json: bool
) -> None:
    """Fill an empty database with synthetic data; one that is in use is refused.

    Tables are made first where there are none. Passwords and API tokens are shown only now.
    """
    if not health.is_migrated():
        migrate()
    now = instant or clock.now()
    try:
        made = play.seed(Profile(profile), now=now, number=number, attendees=attendees)
    except AlreadyFilled as error:
        raise click.ClickException(
            "the database is in use: synthetic data goes into an empty one only "
            "(another DATABASE_URL or INSTANCE_DIR)"
        ) from error
    if as_json:
        click.echo(json.dumps(made.document(), ensure_ascii=False, indent=1))
        return
    for one in made.staff:
        click.echo(f"{one.role:11}{one.email:34}{one.password}  {one.organisation}")


def migrate() -> None:
    """Bring the tables to this version, quietly."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with contextlib.redirect_stdout(sys.stderr):
        flask_migrate.upgrade()
