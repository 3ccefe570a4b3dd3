"""What organisers type into the rule of a training."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from werkzeug.datastructures import MultiDict

from app.attendance.forms.people import Reason
from app.attendance.rules.policy import BOUNDS, STRENGTH, WHOLE, Measure, Policy
from app.kit.forms import Form, Input, refuse
from app.kit.texts import lazy as _

ENTRY, EXIT = "entry", "exit"
PERCENT_ONLY = _("按百分比计时不能大于100")


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _within(name: str) -> Any:
    least, most = BOUNDS[name]
    return Field(ge=least, le=most)


Source = Literal["door_scan", "paper", "self_checkin", "watch", "import"]


class RuleForm(Input):
    """A rule in the words of the page; what is left blank has its default."""

    measure: Measure
    amount: Annotated[int, _within("amount")]
    late_tolerance_minutes: Annotated[int, _within("late_tolerance_minutes")] = 0
    early_leave_tolerance_minutes: Annotated[int, _within("early_leave_tolerance_minutes")] = 0
    presence: Literal["entry", "exit"]
    sources: Annotated[list[Source], BeforeValidator(_several), Field(min_length=1)]
    online_percent: Annotated[int, _within("online_percent")] | None = None
    lessons_percent: Annotated[int, _within("lessons_percent")] = WHOLE
    appeal_days: Annotated[int, _within("appeal_days")] = 7

    @model_validator(mode="after")
    def _share_is_no_more_than_all(self) -> RuleForm:
        if self.measure is Measure.PERCENT and self.amount > WHOLE:
            raise refuse("amount", PERCENT_ONLY)
        return self

    def policy(self) -> Policy:
        """Give the rule; sources stand in the order of their strength."""
        return Policy(
            measure=self.measure,
            amount=self.amount,
            late_tolerance_minutes=self.late_tolerance_minutes,
            early_leave_tolerance_minutes=self.early_leave_tolerance_minutes,
            needs_exit=self.presence == EXIT,
            sources=tuple(source for source in STRENGTH if source.value in self.sources),
            online_percent=self.online_percent,
            lessons_percent=self.lessons_percent,
            appeal_days=self.appeal_days,
        )


class RuleChangeForm(RuleForm):
    """A rule that is to hold from now on, and why."""

    reason: Reason


def form_of(policy: Policy) -> Form:
    """Fill the form with a rule."""
    values: MultiDict[str, str] = MultiDict(
        {
            name: str(value)
            for name, value in policy.content().items()
            if name not in {"sources", "needs_exit"} and value is not None
        }
    )
    values["presence"] = EXIT if policy.needs_exit else ENTRY
    values.setlist("sources", [source.value for source in policy.sources])
    return Form(values)
