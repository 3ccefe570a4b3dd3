"""One place commits: the unit of work of the kit. Only commands write."""

from __future__ import annotations

import ast

from tests.house.source import ROOT, name_of, product_modules, tree_of

ENDINGS = {"commit", "rollback", "begin"}
WRITES = {"add", "add_all", "delete", "merge", "bulk_save_objects", "bulk_insert_mappings"}
MAY_WRITE = {"commands", "kit", "seeds"}  # a floor (file or package), tools, synthetic data
WRITING_STATEMENTS = {"insert", "update", "delete"}


def calls_on_the_database_session(tree: ast.Module, names: set[str]) -> list[str]:
    """Find calls such as db.session.commit() by the name of what is called."""
    return [
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in names
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == "session"
    ]


def writing_statements(tree: ast.Module) -> list[str]:
    """Find insert(…), update(…), delete(…) of SQLAlchemy, imported or reached by module."""
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in WRITING_STATEMENTS
    }
    reached = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in WRITING_STATEMENTS
        and isinstance(node.value, ast.Name)
        and node.value.id in {"sa", "sqlalchemy"}
    }
    return sorted(imported | reached)


def test_the_search_finds_a_commit():
    tree = ast.parse("db.session.commit()\nother.commit()")
    assert calls_on_the_database_session(tree, ENDINGS) == ["commit"]


def test_the_search_finds_a_writing_statement():
    assert writing_statements(ast.parse("from sqlalchemy import select, update")) == ["update"]
    assert writing_statements(ast.parse("sa.delete(Letter)")) == ["delete"]


def test_only_the_unit_of_work_ends_a_transaction():
    enders = {
        name_of(path)
        for path in product_modules()
        if calls_on_the_database_session(tree_of(path), ENDINGS)
    }
    assert enders - {"app/kit/database.py"} == set()


def test_only_commands_write():
    writers = {
        name_of(path)
        for path in product_modules()
        if not MAY_WRITE & {path.stem, *path.relative_to(ROOT).parts}
        and (
            calls_on_the_database_session(tree_of(path), WRITES)
            or writing_statements(tree_of(path))
        )
    }
    assert writers == set()
