"""The HTML twin of a letter: the same words, addresses can be followed, nothing else acts."""

from __future__ import annotations

import re

import pytest
from jinja2 import ChoiceLoader, DictLoader

from app.kit import letters
from tests.security.hostile import TEXTS, dangers

LINK = re.compile(r'<a href="([^"]*)"')


def twin(app, monkeypatch, text: str) -> str:
    """Write a letter whose text is `text`; give its HTML."""
    sample = DictLoader({"sample.txt": "主题\n{{ text }}"})
    monkeypatch.setattr(app.jinja_env, "loader", ChoiceLoader([sample, app.jinja_env.loader]))
    with app.app_context():
        mail = letters.write("sample", recipient="a@example.com", language="zh", text=text)
    assert mail.html is not None
    return mail.html


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("场次详情：https://example.com/trainings/1", ["https://example.com/trainings/1"]),
        ("http://127.0.0.1:8000/t/a.b-c。请截图", ["http://127.0.0.1:8000/t/a.b-c"]),
        ("See https://example.com/x?a=1&b=2.", ["https://example.com/x?a=1&amp;b=2"]),
        (
            "（https://a.example/1）https://a.example/2",
            ["https://a.example/1", "https://a.example/2"],
        ),
        ("javascript:alert(1) ftp://a.example", []),
    ],
)
def test_addresses_can_be_followed_wherever_they_stand(app, monkeypatch, text, addresses):
    assert LINK.findall(twin(app, monkeypatch, text)) == addresses


@pytest.mark.parametrize("hostile", TEXTS.values(), ids=TEXTS)
def test_nothing_typed_is_markup(app, monkeypatch, hostile):
    assert dangers(twin(app, monkeypatch, f"https://example.com/{hostile} {hostile}")) == []


def test_paragraphs_and_lines_stay(app, monkeypatch):
    html = twin(app, monkeypatch, "一\n二\n\n三")
    assert re.sub(r"\s+", "", html.partition("<body>")[2]).startswith("<p>一<br>二</p><p>三</p>")
