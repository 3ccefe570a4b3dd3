"""How migrations reach the database of the running application."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def include(_object: Any, name: str | None, kind: str, *_: Any) -> bool:
    """Leave alone what the database keeps for itself."""
    return not (kind == "table" and name == "sqlite_sequence")


def run() -> None:
    """Run on the application's own engine, each migration in a transaction."""
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            include_object=include,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
