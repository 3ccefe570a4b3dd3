"""Doors open only towards the kit, stairs go only down, and the contracts name every room."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.source import ROOT, name_of, product_modules, tree_of

FREE_PACKAGES = {"kit", "seeds", "cli"}  # tools, synthetic data and commands choose their modules
CLOCKS = {"now", "utcnow", "today", "time", "time_ns"}
CLOCK_OWNERS = {"datetime", "date", "time"}


def contracts() -> list[dict]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return settings["tool"]["importlinter"]["contracts"]


def rooms() -> set[str]:
    return {path.parent.name for path in (ROOT / "app").glob("*/__init__.py")}


def test_every_import_contract_is_kept():
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_the_row_of_rooms_names_every_room_that_exists_and_no_other():
    row = next(contract for contract in contracts() if contract.get("containers") == ["app"])
    listed = {name.strip("() ") for layer in row["layers"] for name in layer.split("|")}
    assert listed == rooms() | {"cli", "scheduler"}


def test_every_room_has_the_same_floors():
    floors = next(contract for contract in contracts() if "app.audit" in contract["containers"])
    assert set(floors["containers"]) == {f"app.{room}" for room in rooms() - FREE_PACKAGES}


def test_packages_are_empty_except_the_factory():
    full = [
        name_of(path)
        for path in (ROOT / "app").glob("*/__init__.py")
        if any(not isinstance(node, ast.Expr) for node in tree_of(path).body)
    ]
    assert full == []


def test_every_module_opens_with_a_sentence():
    silent = [
        name_of(path)
        for path in product_modules()
        if path.name != "__init__.py" and not ast.get_docstring(tree_of(path))
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("datetime.now(UTC)", ["now"]),
        ("date.today()", ["today"]),
        ("time.time()", ["time"]),
        ("clock.now()", []),
        ("later.time()", []),
    ],
)
def test_the_search_for_clocks_finds_what_it_should(source, found):
    assert clocks_read(ast.parse(source)) == found


def test_only_the_clock_of_the_kit_reads_the_time():
    readers = {name_of(path): clocks_read(tree_of(path)) for path in product_modules()}
    readers.pop("app/kit/clock.py")
    assert {name: calls for name, calls in readers.items() if calls} == {}


def clocks_read(tree: ast.Module) -> list[str]:
    return [
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in CLOCK_OWNERS
    ]
