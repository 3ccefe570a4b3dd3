"""Feedback as programs send and read it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from app.feedback.models import Feedback
from app.feedback.queries import Summary
from app.feedback.rules import FEWEST_SHOWN, SCORES, Figures


class FeedbackOut(BaseModel):
    """That the answers were taken."""

    id: str
    training: str
    created_at: datetime


class DimensionOut(BaseModel):
    """One dimension's figures; a count is null where 1 to 4 answers could be told from it."""

    dimension: str
    mean: float = Field(description="1 to 5, one decimal")
    satisfied_percent: float = Field(description="Share of 5 and 4, in per cent")
    counts: dict[str, int | None] = Field(description="Answers by score")


class SummaryOut(BaseModel):
    """What a training's feedback says; nothing is told below 5 answers."""

    training: str
    n: int | None = Field(description=f"Null below {FEWEST_SHOWN} answers")
    attended: int
    suppressed: bool
    dimensions: list[DimensionOut]


def feedback_out(feedback: Feedback, training_id: str) -> FeedbackOut:
    """Confirm an answer."""
    return FeedbackOut(id=feedback.public_id, training=training_id, created_at=feedback.created_at)


def summary_out(summary: Summary, training_id: str) -> SummaryOut:
    """Show a summary."""
    return SummaryOut(
        training=training_id,
        n=summary.count,
        attended=summary.attended,
        suppressed=summary.count is None,
        dimensions=[_dimension_out(figures) for figures in summary.dimensions],
    )


def _dimension_out(figures: Figures) -> DimensionOut:
    return DimensionOut(
        dimension=figures.dimension.value,
        mean=figures.mean,
        satisfied_percent=figures.satisfied_percent,
        counts={str(score): count for score, count in zip(SCORES, figures.counts, strict=True)},
    )
