"""The commands that people find under `flask --app wsgi`."""

from __future__ import annotations

from flask import Flask

from app.cli import accounts, checks, doors, keeping, safekeeping, seeding, setup, ticking

COMMANDS = (
    setup.prepare,
    seeding.seed,
    checks.policy,
    checks.openapi,
    checks.check_invariants,
    checks.db_digest,
    keeping.retention,
    safekeeping.backup,
    safekeeping.restore,
    ticking.scheduler,
    accounts.staff,
    accounts.tokens,
    doors.desks,
    accounts.audit,
)


def init_app(app: Flask) -> None:
    """Put the commands on `app`."""
    for command in COMMANDS:
        app.cli.add_command(command)
