"""Without its care for order, the record of attendance depends on who uploads first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.patches import Removal, mutated

pytestmark = pytest.mark.timeout(120)
FOLDING = "app/attendance/rules/folding/facts.py"
IN_ORDER = Removal(
    path=FOLDING,
    text="    return sorted(counted.values(), key=_by_instant)\n",
    without="    return list(counted.values())\n",
)


def outcome(root: Path, *tests: str) -> int:
    """Run tests of a copy on SQLite and give pytest's exit code (1: some failed)."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x", *tests]
    return subprocess.run(
        [*command, "-k", "sqlite or not postgresql"], cwd=root, check=False, capture_output=True
    ).returncode


@pytest.mark.parametrize("removals", [(), (IN_ORDER,)], ids=["as it is", "as they come"])
def test_fold_is_caught_when_it_takes_facts_as_they_come(tmp_path, removals):
    root = mutated(tmp_path, *removals, also=("tests", "pyproject.toml"))
    assert outcome(root, "tests/attendance/test_convergence.py") == len(removals)
