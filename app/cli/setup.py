"""Commands that make an installation ready."""

from __future__ import annotations

import os
from pathlib import Path

import click

from app.cli.seeding import migrate
from app.kit import clock
from app.kit.health import is_migrated
from app.kit.settings import settings
from app.seeds import play
from app.seeds.play import Profile
from app.seeds.result import StaffMade

LOGINS = "demo-logins.txt"


@click.command()
def prepare() -> None:
    """Create what is missing: directories, keys, tables, and demo data in an empty database.

    Safe to run at every start: what is there stays. Prints the address and the demo logins.
    """
    running = settings()
    for directory in (running.instance_dir, running.media_dir):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not is_migrated():
        click.echo("Making the tables ...")
        migrate()
    logins = running.instance_dir / LOGINS
    if play.is_empty():
        click.echo("Making demo data (once) ...")
        made = play.seed(Profile.DEMO, now=clock.now())
        _keep(logins, _table(made.staff))
    _greet(running.public_url, logins)


def _table(staff: list[StaffMade]) -> str:
    """Write one login a line; roles first, the province's own before the others."""
    return "".join(
        f"{one.role:11} {one.email:30} {one.password:24} {one.organisation}\n" for one in staff
    )


def _keep(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first moment on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _greet(address: str, logins: Path) -> None:
    click.echo(f"\n  Guanbiao 贯标培训   {address}")
    click.echo(f"  Staff sign in at     {address}/staff/sign-in")
    if logins.is_file():
        click.echo(f"\n  Demo logins (kept in {logins}):\n")
        for line in logins.read_text().splitlines():
            click.echo(f"    {line}")
    click.echo("\n  Ctrl-C stops it; the data stays.\n")
