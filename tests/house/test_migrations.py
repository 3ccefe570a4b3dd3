"""Migrations: one line of numbered files, up and down on filled databases, equal to the models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import flask_migrate
import pytest
from alembic import command
from flask import Flask
from sqlalchemy import Engine, inspect

from app import create_app
from app.kit.database import db
from app.kit.settings import settings
from config import Settings
from tests import databases, makers

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


@pytest.fixture
def fresh(engine_name: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own that has no table yet."""
    with databases.empty(engine_name, tmp_path) as url:
        app = create_app(Settings.for_tests(tmp_path, database_url=url))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def numbers() -> list[str]:
    return sorted(path.name[:4] for path in VERSIONS.glob("*.py"))


def test_migrations_are_numbered_without_a_gap():
    assert numbers() == [f"{number:04d}" for number in range(1, len(numbers()) + 1)]


def test_each_migration_follows_the_one_before():
    for path in VERSIONS.glob("*.py"):
        source = path.read_text("utf-8")
        revision, before = (
            re.search(rf"^{name} = (.+)$", source, re.MULTILINE)[1]
            for name in ("revision", "down_revision")
        )
        number = int(path.name[:4])
        assert revision == f'"{number:04d}"'
        assert before == (f'"{number - 1:04d}"' if number > 1 else "None")


def test_models_are_equal_to_migrations(fresh):
    flask_migrate.upgrade()
    command.check(fresh.extensions["migrate"].migrate.get_config())


def test_migrated_tables_are_those_that_the_models_would_create(fresh, engine_name, tmp_path):
    flask_migrate.upgrade()
    migrated = schema_of(db.engine)
    migrated.pop("alembic_version")
    with databases.empty(engine_name, tmp_path) as url:
        other = create_app(replace(settings(), database_url=url))
        with other.app_context():
            db.create_all()
            created = schema_of(db.engine)
            db.engine.dispose()
    assert migrated.keys() == created.keys()
    for table in migrated:
        assert migrated[table] == created[table], table


def schema_of(engine: Engine) -> dict[str, dict[str, list[str]]]:
    """Describe every table as the database itself tells it, constraints included."""
    inspector = inspect(engine)
    tables = [name for name in inspector.get_table_names() if name != "sqlite_sequence"]
    return {table: description_of(inspector, table) for table in tables}


def description_of(inspector, table: str) -> dict[str, list[str]]:
    columns = inspector.get_columns(table)
    return {
        "columns": sorted(f"{c['name']} {c['type']} {c['nullable']}" for c in columns),
        "key": inspector.get_pk_constraint(table)["constrained_columns"],
        "checks": sorted(squeezed(c) for c in inspector.get_check_constraints(table)),
        "uniques": sorted(
            f"{c['name']} {c['column_names']}" for c in inspector.get_unique_constraints(table)
        ),
        "indexes": sorted(
            f"{i['name']} {i['column_names']} {i['unique']} {where_of(i)}"
            for i in inspector.get_indexes(table)
        ),
        "references": sorted(
            f"{f['constrained_columns']} {f['referred_table']} {f['referred_columns']}"
            for f in inspector.get_foreign_keys(table)
        ),
    }


def squeezed(check: dict[str, str]) -> str:
    return f"{check['name']} {' '.join(check['sqltext'].split())}"


def where_of(index: dict) -> str:
    options = index.get("dialect_options", {})
    return next((str(v) for k, v in options.items() if k.endswith("_where")), "")


def fill() -> None:
    """Rows in the tables of every room that others refer to."""
    training = makers.make_training(lesson_count=2, trainer=makers.make_staff())
    makers.make_enterprise()
    makers.make_api_token(makers.make_staff())
    assert training.id


def test_migrations_go_up_down_and_up_again_on_a_filled_database(fresh):
    flask_migrate.upgrade()
    first = schema_of(db.engine)
    fill()
    db.session.remove()

    flask_migrate.downgrade(revision="base")
    assert set(schema_of(db.engine)) <= {"alembic_version"}

    flask_migrate.upgrade()
    assert schema_of(db.engine) == first
    fill()


def test_migrations_when_taken_back_one_by_one_then_each_undoes_itself(fresh):
    seen = []
    for number in numbers():
        flask_migrate.upgrade(revision=number)
        seen.append(schema_of(db.engine))
    for number, before in zip(numbers()[-2::-1], seen[-2::-1], strict=True):
        flask_migrate.downgrade(revision=number)
        assert schema_of(db.engine) == before, number
