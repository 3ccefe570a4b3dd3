"""Untrusted text into what is decided about proofs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from app.kit.forms import Input, refuse
from app.kit.texts import translate as _
from app.proofs.models import RevokeReason
from app.proofs.rules.standing import CHOICES
from app.proofs.rules.wording import Wording

Note = Annotated[str, Field(min_length=2, max_length=300)]


class RevokeForm(Input):
    """Why a proof is taken back: the public is told the reason, not the remark."""

    reason: RevokeReason
    remark: Note

    @field_validator("reason")
    @classmethod
    def _is_a_choice(cls, value: RevokeReason) -> RevokeReason:
        if value not in CHOICES:
            raise refuse("enum", _("请从给出的选项中选择"))
        return value


class ReplaceForm(Input):
    """Why another proof takes the place of one."""

    note: Note


class TemplateForm(Input):
    """The texts of an organisation's proofs."""

    title: str = Field(min_length=2, max_length=40)
    title_en: str = Field(min_length=2, max_length=80)
    body: str = Field(min_length=2, max_length=500)
    body_en: str = Field(min_length=2, max_length=800)
    signer: str = Field(default="", max_length=80)
    signer_en: str = Field(default="", max_length=120)

    @property
    def value(self) -> Wording:
        """Give the texts as the rules know them, on one line each."""
        return Wording(
            **{name: " ".join(getattr(self, name).split()) for name in type(self).model_fields}
        )


def typed(wording: Wording) -> dict[str, str | list[str]]:
    """Give the texts as a form shows them."""
    return dict(wording.fields())
