"""The command that tells what is past its retention period."""

from __future__ import annotations

import click

from app.attendance.queries.retention import subjects_past_their_time
from app.feedback import queries as feedback
from app.kit import clock
from app.outbox import queries as letters


@click.command()
@click.option("--dry-run", is_flag=True, help="Count, and change nothing.")
def retention(*, dry_run: bool) -> None:
    """Count what the scheduler's next knock will empty, kind by kind."""
    if not dry_run:
        raise click.UsageError("the scheduler deletes; give --dry-run to see how much")
    now = clock.now()
    click.echo(f"letters {letters.count_readable(subjects_past_their_time(now))}")
    click.echo(f"answers {feedback.count_past_their_time(now)}")
