"""Every Chinese text of the product has its English, once, with the same placeholders."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.house.source import ROOT, name_of

METHODS = {"app": [("**.py", "python")], "templates": [("**", "jinja2")]}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy": None,
    "lazy_gettext": None,
    "translate": None,
    "ngettext": (1, 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@cache
def texts_of_the_source() -> dict[str, tuple[str, ...]]:
    """Extract {singular: all its forms} from the modules and the templates."""
    found = {}
    for folder, methods in METHODS.items():
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, methods, keywords=KEYWORDS, options_map={"**": {"silent": "false"}}
        ):
            forms = message if isinstance(message, tuple) else (message,)
            found[forms[0]] = forms
    return found


@cache
def catalogues() -> dict[str, object]:
    """Read translations/en/LC_MESSAGES/*.po, obsolete entries included."""
    paths = sorted((ROOT / "translations" / "en" / "LC_MESSAGES").glob("*.po"))
    read = {}
    for path in paths:
        with path.open("rb") as file:
            read[name_of(path)] = read_po(file, locale="en", domain=path.stem, abort_invalid=True)
    return read


def entries() -> list[tuple[str, str, tuple[str, ...], bool]]:
    """List (catalogue, singular, English forms, is fuzzy)."""
    listed = []
    for name, catalogue in catalogues().items():
        for message in catalogue:
            if message.id:
                singular = message.id if isinstance(message.id, str) else message.id[0]
                english = message.string if isinstance(message.string, tuple) else (message.string,)
                listed.append((name, singular, english, message.fuzzy))
    return listed


def test_every_text_has_its_english():
    translated = {text for _, text, english, fuzzy in entries() if all(english) and not fuzzy}
    assert sorted(set(texts_of_the_source()) - translated) == []


def test_no_catalogue_keeps_what_the_source_no_longer_says():
    stale = {(name, text) for name, text, _, _ in entries() if text not in texts_of_the_source()}
    obsolete = {
        (name, text) for name, catalogue in catalogues().items() for text in catalogue.obsolete
    }
    assert sorted(stale | obsolete) == []


def test_english_keeps_the_placeholders():
    torn = [
        (name, text, form)
        for name, text, english, _ in entries()
        for form in english
        if form and placeholders(form) != placeholders(text)
    ]
    assert torn == []


def test_one_text_is_translated_one_way():
    ways = defaultdict(set)
    for _, text, english, _ in entries():
        ways[text].add(english)
    assert {text: english for text, english in ways.items() if len(english) > 1} == {}


def test_each_catalogue_belongs_to_a_room():
    rooms = {path.parent.name for path in (ROOT / "app").glob("*/__init__.py")}
    assert {Path(name).stem for name in catalogues()} <= rooms


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def test_the_search_for_placeholders_finds_them():
    assert placeholders("还有%(left)d个名额，%(name)s") == {"left", "name"}
