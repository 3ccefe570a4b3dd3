"""Refusals about enterprises: what is wrong with a unified social credit code."""

from __future__ import annotations

from app.kit.errors import Invalid
from app.kit.texts import lazy as _


class UsccRefused(Invalid):
    """The text is not a unified social credit code; subclasses say which slip was made."""

    code = "uscc_invalid"
    message = _("统一社会信用代码不正确，请核对营业执照")


class UsccMissing(UsccRefused):
    """Nothing was typed."""

    code = "uscc_missing"
    message = _("请填写统一社会信用代码，可在营业执照上找到")


class UsccLength(UsccRefused):
    """It has too few or too many characters."""

    code = "uscc_length"
    message = _("统一社会信用代码应为18位，请核对营业执照")


class UsccLetter(UsccRefused):
    """It contains a letter that the standard leaves out because it looks like another sign."""

    code = "uscc_letter"
    message = _("统一社会信用代码中不使用字母I、O、Z、S、V，请检查是否应为数字1、0、2、5或字母U")


class UsccCharacter(UsccRefused):
    """It contains something that is neither a digit nor a capital letter."""

    code = "uscc_character"
    message = _("统一社会信用代码只含数字和大写字母，请删除其他符号")


class UsccCheckCharacter(UsccRefused):
    """The last character does not fit the others: something was mistyped."""

    code = "uscc_check"
    message = _("校验位不正确，请逐位核对，并检查是否将数字0写成字母O")


class UsccOrganisation(UsccRefused):
    """The organisation code inside (positions 9 to 17) does not fit its own check digit."""

    code = "uscc_organisation"
    message = _("第9至17位（主体标识码）不正确，请对照营业执照逐位核对")
