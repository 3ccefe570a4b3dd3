"""Letters as text: a template rendered in the reader's language, without a request."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from flask import current_app
from flask_babel import force_locale

from app.kit.languages import LOCALES
from app.kit.mail import Mail

# up to a space or Chinese punctuation; addresses often follow a Chinese colon without a space
_ENDS = r"\s<>\"，。；：、！？（）《》“”"
ADDRESS = re.compile(rf"(https?://[^{_ENDS}]*[^{_ENDS}.,;:!?)])")


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let everything inside be said in `language` (`zh` or `en`), whoever asked for it."""
    with force_locale(LOCALES[language]):
        yield


def write(
    template: str,
    *,
    recipient: str,
    language: str,
    calendar: bytes | None = None,
    calendar_method: str = "PUBLISH",
    **values: object,
) -> Mail:
    """Render `templates/<template>.txt` in `language` (`zh` or `en`) as a letter.

    The first line of the template is the subject, the rest the text; an HTML twin with the same
    words and clickable addresses is made from it. Values are plain text: nothing is escaped in the
    text, everything is in the twin.
    """
    environment = current_app.jinja_env
    with speaking(language):
        written = environment.get_template(f"{template}.txt").render(**values)
        subject, _, text = written.strip().partition("\n")
        html = environment.get_template("kit/letter.html").render(
            subject=subject, paragraphs=_paragraphs(text.strip()), lang=language
        )
    return Mail(
        recipient=recipient,
        subject=subject.strip(),
        text=text.strip() + "\n",
        html=html,
        calendar=None if calendar is None else calendar.decode(),
        calendar_method=calendar_method,
    )


def _paragraphs(text: str) -> list[list[list[str]]]:
    """Take a text apart: paragraphs of lines of pieces, of which every second one is an address."""
    return [
        [ADDRESS.split(line) for line in paragraph.splitlines()] for paragraph in text.split("\n\n")
    ]
