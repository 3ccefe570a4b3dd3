"""Every direct dependency has its reason in docs/dependencies.md, and nothing else stands there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def required() -> set[str]:
    lines = "\n".join(
        (ROOT / name).read_text() for name in ("requirements.in", "requirements-dev.in")
    )
    return set(re.findall(r"^([a-z][a-z0-9-]*)", lines, re.MULTILINE))


def explained() -> set[str]:
    text = (ROOT / "docs" / "dependencies.md").read_text().partition("## Data and fonts")[0]
    cells = re.findall(r"^\| ([a-z0-9-]+(?:, [a-z0-9-]+)*) \|", text, re.MULTILINE)
    return {name for cell in cells for name in cell.split(", ")} - {"package"}


def test_every_dependency_is_explained_and_every_explanation_is_one() -> None:
    assert explained() == required()
