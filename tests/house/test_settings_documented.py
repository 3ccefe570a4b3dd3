"""Every setting stands in docs/settings.md, and nothing else reads the environment."""

from __future__ import annotations

import ast
import re

from tests.house.source import ROOT, name_of, product_modules, tree_of

READERS = {"text", "checked", "keys"}


def settings_read() -> set[str]:
    """Find NAME in every self.text("NAME", …) and self.checked("NAME", …) of config.py."""
    return {
        node.args[0].value
        for node in ast.walk(tree_of(ROOT / "config.py"))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READERS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def settings_documented() -> set[str]:
    """Find the rows of the tables of docs/settings.md: | `NAME` | … |."""
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    return set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))


def test_every_setting_is_documented_and_every_documented_setting_exists():
    assert settings_documented() == settings_read()


def test_the_example_of_an_environment_names_only_settings():
    example = (ROOT / "deploy" / "environment.example").read_text("utf-8")
    named = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert named <= settings_read()


def test_only_the_settings_read_the_environment():
    readers = {
        name_of(path)
        for path in product_modules()
        if any(
            isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
            for node in ast.walk(tree_of(path))
        )
    }
    assert readers - {"config.py"} == set()
