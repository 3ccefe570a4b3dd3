"""The bare name `session` belongs to the database session alone, written db.session."""

from __future__ import annotations

import ast

from tests.house.source import name_of, product_modules, tree_of


def bare_sessions(tree: ast.Module) -> list[int]:
    """Give the lines that use, bind, import or define a bare `session` or `Session`."""
    return sorted(
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id.lower() == "session")
        or (isinstance(node, ast.arg) and node.arg == "session")
        or (isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name.lower() == "session")
        or (
            isinstance(node, ast.ImportFrom)
            and any((alias.asname or alias.name) == "session" for alias in node.names)
        )
    )


def test_the_search_tells_a_bare_session_from_the_database_session():
    source = "db.session.get(1)\nsession.get(1)\nfrom flask import session\nclass Session: ..."
    assert bare_sessions(ast.parse(source)) == [2, 3, 4]


def test_no_module_uses_a_bare_session():
    found = {name_of(path): bare_sessions(tree_of(path)) for path in product_modules()}
    assert {name: lines for name, lines in found.items() if lines} == {}
