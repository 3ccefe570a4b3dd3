"""Who may answer and when, and what may be shown of answers without showing who gave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.attendance.models import Credit
from app.feedback.errors import AlreadyAnswered, FeedbackClosed, FeedbackNotOpen, NotAttended
from app.kit.errors import Text
from app.kit.texts import lazy as _

FEWEST_SHOWN = 5
WINDOW = timedelta(days=30)
SCORES = (5, 4, 3, 2, 1)
SATISFIED = (5, 4)
ATTENDED = (Credit.PRESENT, Credit.PARTIAL)
HIDDEN = None


class Dimension(StrEnum):
    """What is scored; the name of its column."""

    CONTENT = "content"
    TRAINER = "trainer"
    ORGANISATION = "organisation"
    EFFECT = "effect"
    OVERALL = "overall"


class OpenQuestion(StrEnum):
    """What is answered in words; the name of its column."""

    MOST_USEFUL = "most_useful"
    TO_IMPROVE = "to_improve"
    NEEDS = "needs"


DIMENSIONS: dict[Dimension, Text] = {
    Dimension.CONTENT: _("课程内容"),
    Dimension.TRAINER: _("讲师"),
    Dimension.ORGANISATION: _("组织安排"),
    Dimension.EFFECT: _("培训效果"),
    Dimension.OVERALL: _("总体评价"),
}
HINTS: dict[Dimension, Text] = {
    Dimension.CONTENT: _("是否实用、有针对性"),
    Dimension.TRAINER: _("专业水平、讲解、答疑"),
    Dimension.ORGANISATION: _("时间、场地或直播、资料、服务"),
    Dimension.EFFECT: _("学会多少、对工作有没有帮助"),
    Dimension.OVERALL: _("您对这场培训的整体感受"),
}
QUESTIONS: dict[OpenQuestion, Text] = {
    OpenQuestion.MOST_USEFUL: _("您收获最大的是什么？"),
    OpenQuestion.TO_IMPROVE: _("哪些地方需要改进？"),
    OpenQuestion.NEEDS: _("贵企业在质量管理方面还需要什么帮助？"),
}
WORDS: dict[int, Text] = {
    5: _("非常满意"),
    4: _("满意"),
    3: _("一般"),
    2: _("不满意"),
    1: _("非常不满意"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one attendee stands: when the first lesson attended ended, and the whole training."""

    attended_until: datetime | None  # the earliest end of a lesson attended, None if none was
    training_ends_at: datetime
    has_answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What one attendee says."""

    scores: dict[Dimension, int]
    texts: dict[OpenQuestion, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One dimension's figures; counts in the order of SCORES, None where a count is hidden."""

    dimension: Dimension
    mean: float
    satisfied_percent: float
    counts: tuple[int | None, ...]


def ensure_may_answer(standing: Standing, now: datetime) -> None:
    """Raise AlreadyAnswered, NotAttended, FeedbackNotOpen or FeedbackClosed."""
    if standing.has_answered:
        raise AlreadyAnswered
    if standing.attended_until is None:
        raise NotAttended
    if now < standing.attended_until:
        raise FeedbackNotOpen
    if now >= standing.training_ends_at + WINDOW:
        raise FeedbackClosed


def may_show(count: int) -> bool:
    """Tell whether so many answers hide each single one."""
    return count >= FEWEST_SHOWN


def figures(dimension: Dimension, counts: Sequence[int]) -> Figures:
    """Sum up the counts per score (in the order of SCORES) of at least FEWEST_SHOWN answers."""
    total = sum(counts)
    points = sum(score * count for score, count in zip(SCORES, counts, strict=True))
    satisfied = sum(counts[: len(SATISFIED)])
    return Figures(
        dimension=dimension,
        mean=round(points / total, 1),
        satisfied_percent=round(100 * satisfied / total, 1),
        counts=hide_small(counts),
    )


def hide_small(counts: Sequence[int]) -> tuple[int | None, ...]:
    """Hide counts of 1 to 4, and as many others that none follows by subtraction.

    The total and the share of the satisfied are known, so the satisfied scores and the others are
    two sums of their own: in each, one hidden count alone would follow from the rest.
    """
    middle = len(SATISFIED)
    return (*_hidden_in_sum(counts[:middle]), *_hidden_in_sum(counts[middle:]))


def _hidden_in_sum(counts: Sequence[int]) -> tuple[int | None, ...]:
    small = {place for place, count in enumerate(counts) if 0 < count < FEWEST_SHOWN}
    if len(small) == 1:
        others = [place for place in range(len(counts)) if place not in small]
        small.add(min(others, key=lambda place: (counts[place] == 0, counts[place])))
    return tuple(HIDDEN if place in small else count for place, count in enumerate(counts))
