"""Inserts that leave known rows as they are: one statement, the same promise on both engines."""

from __future__ import annotations

import functools

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite

from app.kit.database import Base, db


def new_rows(model: type[Base], key: tuple[str, ...], *, returns: tuple[str, ...]) -> Executable:
    """Insert the rows whose `key` is not there yet, and return columns of those alone.

    Execute with the rows as parameters, not as values: the compiled statement is kept.
    """
    return _statement(model, key, returns, all_rows=False, engine=_engine())


def all_rows(model: type[Base], key: tuple[str, ...], *, returns: tuple[str, ...]) -> Executable:
    """Insert the rows whose `key` is not there yet, and return columns of known ones as well.

    Setting the last key column to itself makes the database return rows that were there before.
    """
    return _statement(model, key, returns, all_rows=True, engine=_engine())


def _engine() -> str:
    return str(db.session.get_bind().dialect.name)


@functools.cache
def _statement(
    model: type[Base],
    key: tuple[str, ...],
    returns: tuple[str, ...],
    *,
    all_rows: bool,
    engine: str,
) -> Executable:
    """Make the statement once per table and engine: that takes longer than to run it."""
    table = Base.metadata.tables[model.__tablename__]
    insert = (postgresql.insert if engine == "postgresql" else sqlite.insert)(table)
    elements = [table.c[name] for name in key]
    if all_rows:
        last = key[-1]
        insert = insert.on_conflict_do_update(
            index_elements=elements, set_={last: insert.excluded[last]}
        )
    else:
        insert = insert.on_conflict_do_nothing(index_elements=elements)
    return insert.returning(*(table.c[name] for name in returns))
