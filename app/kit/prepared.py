"""A SELECT that every request asks: compiled once, run by the driver, past session and engine.

SQLAlchemy's way from a statement to a row takes five times what the database needs for it. That is
nothing beside a page that is rendered, and a third of one that is only looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from app.kit.database import db

Convert = Callable[[Any], Any]


class Prepared:
    """One statement; make it when the module is loaded."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def row(self, **values: Any) -> tuple[Any, ...] | None:
        """Give the first row for these values of the statement's parameters, typed, or None.

        Both engines answer a single statement from one moment; nothing is locked or left open.
        """
        engine = db.engine
        form = self._forms.get(engine.dialect.name)
        if form is None:
            form = self._forms[engine.dialect.name] = _form(self._statement, engine.dialect)
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(form.sql, form.parameters(values))
            row = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()  # back to the pool, rolled back
        return None if row is None else form.typed(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """The statement in the words of one database."""

    sql: str
    fixed: dict[str, Any]  # what the statement itself compares with
    places: tuple[str, ...] | None  # None where the driver takes names
    converts: dict[str, Convert]
    columns: tuple[Convert | None, ...]

    def parameters(self, values: dict[str, Any]) -> Any:
        named = dict(self.fixed)
        for name, value in values.items():
            convert = self.converts.get(name)
            named[name] = value if convert is None else convert(value)
        return named if self.places is None else tuple(named[name] for name in self.places)

    def typed(self, row: Any) -> tuple[Any, ...]:
        return tuple(
            value if convert is None else convert(value)
            for convert, value in zip(self.columns, row, strict=True)
        )


def _form(statement: Select[Any], dialect: Dialect) -> _Form:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - a SELECT compiles to nothing else
    converts: dict[str, Convert] = {}
    fixed: dict[str, Any] = {}
    for name, bind in compiled.binds.items():
        convert = _implementation(bind.type, dialect).bind_processor(dialect)
        if convert is not None:
            converts[name] = convert
        if not bind.required:
            fixed[name] = bind.value if convert is None else convert(bind.value)
    columns = tuple(
        _implementation(column.type, dialect).result_processor(dialect, None)
        for column in statement.selected_columns
    )
    places = tuple(compiled.positiontup) if compiled.positiontup is not None else None
    return _Form(sql=str(compiled), fixed=fixed, places=places, converts=converts, columns=columns)


def _implementation(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return type_.dialect_impl(dialect)
