"""Markup that templates are too slow to write: long lists of options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Flask
from markupsafe import Markup, escape

from app.kit.errors import Text

Option = tuple[object, Text]
Group = tuple[Text, Sequence[Option]]


def init_app(app: Flask) -> None:
    """Give templates `option_tags`."""
    app.jinja_env.globals["option_tags"] = option_tags


def option_tags(options: Iterable[Option | Group], chosen: str) -> Markup:
    """Write `<option>`s, those of a (label, options) pair inside an `<optgroup>`.

    The one whose value is `chosen` is selected; an empty `chosen` selects none.
    """
    return Markup("").join(_tag(value, text, chosen) for value, text in options)


def _tag(value: object, text: Text | Sequence[Option], chosen: str) -> Markup:
    if isinstance(text, (list, tuple)):
        inner = option_tags(text, chosen)
        return Markup('<optgroup label="') + escape(value) + Markup('">') + inner + _GROUP_END
    mark = _SELECTED if chosen and str(value) == chosen else _PLAIN
    return _BEGIN + escape(value) + mark + escape(str(text)) + _END


_BEGIN = Markup('<option value="')
_PLAIN = Markup('">')
_SELECTED = Markup('" selected>')
_END = Markup("</option>")
_GROUP_END = Markup("</optgroup>")
