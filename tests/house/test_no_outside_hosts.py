"""Pages, static files and locks ask no host outside the installation."""

from __future__ import annotations

import re

import pytest

from tests.house.source import ROOT, name_of, repository_texts

DISTRIBUTORS = re.compile(
    r"(cdn\.|cdnjs|jsdelivr|unpkg\.com|googleapis\.com|gstatic\.com|bootcdn|staticfile\.(org|net)"
    r"|registry\.npm|npmmirror|pypi\.org|pythonhosted\.org)",
    re.IGNORECASE,
)
LOADS = re.compile(
    r"<(script|img|link|iframe|source|video|audio|embed|object|form|use|input)\b[^>]*"
    r"\b(src|srcset|href|data|action|formaction|poster)\s*=\s*[\"']?\s*(https?:)?//",
    re.IGNORECASE,
)
STYLE_LOADS = re.compile(r"(url\(\s*[\"']?(https?:)?//|@import\s+[\"'](https?:)?//)", re.IGNORECASE)
# Addresses that stand in a vendored file and are never asked, with what keeps them silent
SILENCED = {
    "static/vendor/barcode-detector/ponyfill.js": "the scanner names our own copy of the .wasm",
}


def texts_below(*folders: str) -> dict[str, str]:
    return {
        name_of(path): text
        for path, text in repository_texts().items()
        if path.relative_to(ROOT).parts[0] in folders
    }


@pytest.mark.parametrize(
    "markup",
    [
        '<script defer src="https://example.org/a.js">',
        "<img alt='' src='//example.org/a.png'>",
        '<form method="post" action="http://example.org/">',
    ],
)
def test_the_search_finds_what_a_page_would_load(markup):
    assert LOADS.search(markup)


def test_no_template_loads_from_another_host():
    loading = [name for name, text in texts_below("templates").items() if LOADS.search(text)]
    assert loading == []


def test_no_style_loads_from_another_host():
    styles = {name: text for name, text in texts_below("static").items() if name.endswith(".css")}
    assert [name for name, text in styles.items() if STYLE_LOADS.search(text)] == []


def test_templates_and_static_files_name_no_distributor():
    naming = {
        name
        for name, text in texts_below("templates", "static").items()
        if DISTRIBUTORS.search(text)
    }
    assert naming == set(SILENCED)


def test_locks_name_no_index():
    locks = [
        name_of(path)
        for path, text in repository_texts().items()
        if (path.name.startswith("requirements") or path.name.endswith("-lock.json"))
        and (DISTRIBUTORS.search(text) or "index-url" in text)
    ]
    assert locks == []


def test_every_locked_requirement_has_a_hash():
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
