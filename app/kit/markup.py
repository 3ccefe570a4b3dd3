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
    # plain texts joined once: adding Markup to Markup would escape every piece again
    return Markup("".join(_tag(value, text, chosen) for value, text in options))  # noqa: S704 - _tag escapes # nosec B704


def _tag(value: object, text: Text | Sequence[Option], chosen: str) -> str:
    if isinstance(text, (list, tuple)):
        inner = "".join(_tag(one, its_text, chosen) for one, its_text in text)
        return f'<optgroup label="{escape(value)}">{inner}</optgroup>'
    mark = " selected" if chosen and str(value) == chosen else ""
    return f'<option value="{escape(value)}"{mark}>{escape(str(text))}</option>'
