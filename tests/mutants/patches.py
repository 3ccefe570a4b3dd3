"""Removes guards from a copy of the product, one at a time."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.ops.servers import ROOT

COPIED = ("app", "migrations", "templates", "translations", "static", "config.py", "wsgi.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One exact text of one file, and what stands there without the guard."""

    path: str
    text: str
    without: str = ""


class GuardNotFound(AssertionError):
    """The text to remove is not there (any more): the mutant must follow the code."""


def mutated(directory: Path, *removals: Removal, also: tuple[str, ...] = ()) -> Path:
    """Copy the product, and `also` what is named, without these guards; GuardNotFound."""
    root = directory / "mutant"
    root.mkdir()
    for name in (*COPIED, *also):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)
    for removal in removals:
        path = root / removal.path
        text = path.read_text()
        if text.count(removal.text) != 1:
            raise GuardNotFound(f"{removal.path}: {removal.text!r}")
        path.write_text(text.replace(removal.text, removal.without))
    return root
