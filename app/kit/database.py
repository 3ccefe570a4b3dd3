"""The database: column vocabulary, engine set-up, and the one place that commits."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Engine,
    Enum,
    Integer,
    MetaData,
    String,
    event,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from app.kit.errors import Unavailable
from app.kit.ids import LENGTH, new_id

Result = TypeVar("Result")

ATTEMPTS = 5
RETRYABLE = frozenset({"40001", "40P01", "55P03"})  # serialisation, deadlock, lock time-out
BUSY_MILLISECONDS = 5_000

_begin: ContextVar[str] = ContextVar("sqlite_begin", default="BEGIN DEFERRED")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            message = "an instant needs a time zone"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


Serial = BigInteger().with_variant(Integer, "sqlite")
PrimaryKey = Annotated[int, mapped_column(Serial, primary_key=True)]
BigKey = Annotated[int, mapped_column(Serial)]  # a key column of a composite reference
PublicId = Annotated[str, mapped_column(String(LENGTH), unique=True, default=new_id)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
OptionalInstant = Annotated[datetime | None, mapped_column(UtcDateTime)]
JsonDict = Annotated[dict[str, Any], mapped_column(JSON)]
JsonList = Annotated[list[Any], mapped_column(JSON)]


class Base(DeclarativeBase):
    """Base of all tables; constraint names follow one convention so that refusals can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def enum_type(enum: type[StrEnum]) -> Enum:
    """Give a column type that stores the values of `enum` and lets the database check them."""
    return Enum(
        enum,
        native_enum=False,
        length=24,
        create_constraint=True,
        name=enum.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def init_app(app: Flask, url: str) -> None:
    """Connect `app` to the database at `url` with the promises of docs/architecture.md."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(url)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _install_sqlite(db.engine)


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False}, "hide_parameters": True}
    options = "-c timezone=UTC -c lock_timeout=4000 -c statement_timeout=10000"
    return {
        "connect_args": {"options": options},
        "hide_parameters": True,  # errors are logged, and parameters are people's data
        "pool_pre_ping": True,
        "pool_size": 8,
    }


def _install_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not emit a BEGIN of its own
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "journal_mode=WAL",
            "synchronous=FULL",  # an answered commit survives a power cut
            "foreign_keys=ON",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin_transaction(connection: Any) -> None:
        if statement := _begin.get():
            connection.exec_driver_sql(statement)


def unit_of_work(work: Callable[[], Result]) -> Result:
    """Run `work` in one transaction and commit it; the only place of the product that commits.

    The whole of `work` is run again (at most ATTEMPTS times) when the database was busy, so it
    must do nothing but database work. Raises Unavailable when the database stays busy or is full;
    any other error rolls everything back and goes on to the caller.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _once(work)
        except DBAPIError as error:
            if not is_busy(error):
                raise
            if attempt == ATTEMPTS:
                raise Unavailable from error
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 - jitter
    raise Unavailable


def _once(work: Callable[[], Result]) -> Result:
    db.session.close()  # a read before the unit must not have begun its transaction
    token = _begin.set("BEGIN IMMEDIATE")
    try:
        result = work()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    else:
        return result
    finally:
        _begin.reset(token)


def is_busy(error: DBAPIError) -> bool:
    """Tell whether the same work may succeed when it is done again."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in RETRYABLE
    return "locked" in str(error.orig) or "busy" in str(error.orig)


def violates(error: IntegrityError, constraint: str) -> bool:
    """Tell whether `constraint` is what the database refused.

    PostgreSQL names the constraint; SQLite names the columns of a unique one
    (`UNIQUE constraint failed: attendee.training_id, attendee.phone_lookup`), or its index.
    """
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if named is not None:
        return bool(named == constraint)
    text = str(error.orig)
    if constraint in text:
        return True
    columns = text.partition("UNIQUE constraint failed: ")[2].split(", ")
    table = columns[0].partition(".")[0]
    joined = "_".join(column.partition(".")[2] for column in columns)
    return constraint in {f"uq_{table}_{joined}", f"ix_{table}_{joined}"}
