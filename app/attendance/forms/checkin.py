"""What attendees say of themselves at self check-in, and what a spot check found."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, StringConstraints, model_validator

from app.attendance.rules.spot_checks import Finding
from app.kit.forms import Input, refuse
from app.kit.texts import translate as _

DIGITS = 4
Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{26}$")]


def _digits(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) != DIGITS or not (plain.isascii() and plain.isdigit()):
        raise refuse("digits_invalid", _("请填写手机号的最后4位数字"))
    return plain


class PersonForm(Input):
    """Who somebody is: the code of a ticket, or full name and last digits of the phone."""

    code: Annotated[str, StringConstraints(max_length=4300)] | None = None
    name: Annotated[str, StringConstraints(max_length=60)] | None = None
    digits: Annotated[str, AfterValidator(_digits)] | None = None

    @model_validator(mode="after")
    def _is_enough(self) -> Self:
        if not self.code and not (self.name and self.digits):
            raise refuse("person_missing", _("请填写参训码，或填写姓名和手机号后四位"))
        return self


class ConfirmForm(Input):
    """Which of the people offered checks in."""

    attendee: Id


class SpotCheckForm(Input):
    """Who was looked for in the hall, and whether they were there."""

    attendee: Id
    finding: Literal[Finding.PRESENT, Finding.ABSENT]
