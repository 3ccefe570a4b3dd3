"""The questionnaire, filled in on the page or sent by a program."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.feedback.rules import DIMENSIONS, Answers, Dimension, OpenQuestion
from app.kit.forms import Form, Input
from app.kit.texts import translate as _

TEXT_MAXIMUM = 1000
Score = Annotated[int, Field(ge=1, le=5, description="5 very satisfied … 1 very dissatisfied")]
Words = Annotated[str, Field(max_length=TEXT_MAXIMUM)]


class QuestionnaireIn(Input):
    """Five scores and three answers in words, which may be left out."""

    content: Score
    trainer: Score
    organisation: Score
    effect: Score
    overall: Score
    most_useful: Words = ""
    to_improve: Words = ""
    needs: Words = ""

    def value(self) -> Answers:
        """Give the answers as the rules know them."""
        return Answers(
            scores={dimension: getattr(self, dimension) for dimension in Dimension},
            texts={question: getattr(self, question) for question in OpenQuestion},
        )


class FeedbackIn(QuestionnaireIn):
    """An attendee's answers; the ticket code stands here or in the Authorization header."""

    ticket_code: str = Field(
        default="", max_length=100, description="Not needed with `Authorization: Bearer <code>`"
    )


def name_what_is_missing(form: Form) -> None:
    """Say in each fault of a score which question it means: the list above the form needs it."""
    for dimension, label in DIMENSIONS.items():
        if dimension in form.errors:
            form.errors[dimension] = [_("请给“%(question)s”打分", question=str(label))]
