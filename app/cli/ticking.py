"""The command that runs the scheduler's process."""

from __future__ import annotations

import click

from app.cli.checks import the_app


@click.group()
def scheduler() -> None:
    """Run what is due: letters, promotions of state, clean-up."""


@scheduler.command()
def run() -> None:
    """Tick until stopped; of several processes one leads and the others stand by."""
    from app import scheduler as ticking  # noqa: PLC0415 - the web needs no timetable

    ticking.run(the_app())
