"""Answers as a table, without names and times."""

from __future__ import annotations

from app.feedback.rules import DIMENSIONS, QUESTIONS
from app.kit.spreadsheets.writing import Column
from app.kit.texts import translate as _

WORDS_WIDTH = 48


def columns() -> list[Column]:
    """Give the columns in the order of `queries.iterate_answers`."""
    scores = [
        Column(_("%(question)s（1—5分）", question=str(label)), kind="int", width=16)
        for label in DIMENSIONS.values()
    ]
    texts = [Column(str(label), width=WORDS_WIDTH) for label in QUESTIONS.values()]
    return [*scores, *texts]


def footnotes() -> list[str]:
    """Say what the table is and what it is not."""
    return [_("评价不记名：本表不含姓名、企业和时间，行序随机。")]
