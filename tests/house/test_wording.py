"""The repository speaks of the product alone, and leaves nothing for later."""

from __future__ import annotations

import re

from tests.house.source import name_of, product_modules, repository_texts

# Written so that no pattern matches this page itself
MACHINE_PATHS = re.compile(r"(?<![\w.])/(w[o]rk|r[o]ot|h[o]me|t[m]p/brief|U[s]ers)/")
AUTHORS = re.compile(
    r"\b(the l[e]ad's|Cl[a]ude|Anthr[o]pic|Chat[G]PT|Op[e]nAI|Cop[i]lot|large l[a]nguage model|"
    r"AI[- ]g[e]nerated|as an [A]I)\b",
    re.IGNORECASE,
)
LEFT_FOR_LATER = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b")
EXCEPTION = re.compile(r"#\s*(noq[a]|type: ign[o]re|nos[e]c)\b")
REASONED = re.compile(r"(noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\]|nosec [B0-9, ]+)\s+[-#]\s*\S+")
OTHERS = ("static/vendor/",)


def own_texts() -> dict[str, str]:
    """Give what was written here: vendored files and locks left out."""
    return {
        name: text
        for path, text in repository_texts().items()
        if not (name := name_of(path)).startswith(OTHERS)
        and path.name not in {"requirements.txt", "requirements-dev.txt", "package-lock.json"}
    }


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}"
        for name, text in own_texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_path_of_a_machine_is_written_down():
    assert lines_with(MACHINE_PATHS) == []


def test_the_repository_does_not_speak_of_its_authors():
    assert lines_with(AUTHORS) == []


def test_nothing_is_left_for_later():
    assert lines_with(LEFT_FOR_LATER) == []


def unreasoned(text: str) -> list[int]:
    """Give the lines that silence a check without naming it and saying why."""
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if EXCEPTION.search(line) and not REASONED.search(line)
    ]


def test_the_search_wants_a_code_and_a_reason():
    mark = "noq" + "a"
    text = f"a  # {mark}\nb  # {mark}: S101\nc  # {mark}: S101 - narrowed above"
    assert unreasoned(text) == [1, 2]


def test_every_exception_from_a_check_gives_its_reason():
    found = {name_of(path): unreasoned(path.read_text("utf-8")) for path in product_modules()}
    assert {name: lines for name, lines in found.items() if lines} == {}
