"""Reads the product's own source for the house tests: modules, trees, tracked files."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def product_modules() -> tuple[Path, ...]:
    """List every module that is shipped: app/, config.py, wsgi.py."""
    return (*sorted((ROOT / "app").rglob("*.py")), ROOT / "config.py", ROOT / "wsgi.py")


@cache
def tree_of(path: Path) -> ast.Module:
    """Parse one module."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """Write a path as it is written in the repository."""
    return path.relative_to(ROOT).as_posix()


def line_count(path: Path) -> int:
    """Count the lines of a text file."""
    return len(path.read_text("utf-8").splitlines())


@cache
def repository_files() -> tuple[Path, ...]:
    """List the files of the repository: tracked, or new and not ignored."""
    listing = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = (ROOT / name for name in listing.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def repository_texts() -> dict[Path, str]:
    """Read every text file of the repository; files that are not UTF-8 are left out."""
    texts = {}
    for path in repository_files():
        try:
            texts[path] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return texts
