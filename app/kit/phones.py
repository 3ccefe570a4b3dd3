"""Mobile numbers: read from what people type, stored as E.164, shown masked."""

import re
import unicodedata

import phonenumbers

from app.kit.errors import Invalid
from app.kit.texts import lazy as _

_SEPARATORS = re.compile(r"[\s\-‐-―−.()·_]+")
_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_MOBILE_DIGITS = 11
_MOBILE_TYPES = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


class PhoneRefused(Invalid):
    """The text is not a mobile number of the mainland; subclasses say why."""

    code = "phone_invalid"
    message = _("手机号格式不正确，请填写11位手机号")


class PhoneMissing(PhoneRefused):
    """Nothing was typed."""

    code = "phone_missing"
    message = _("请填写手机号")


class PhoneLength(PhoneRefused):
    """It looks like a mobile number with too few or too many digits."""

    code = "phone_length"
    message = _("手机号应为11位，请检查是否多填或漏填")


class PhoneNotMobile(PhoneRefused):
    """It is a landline or a service number, which takes no text messages."""

    code = "phone_not_mobile"
    message = _("此处请填写手机号，不能使用固定电话或400、800号码")


class PhoneForeign(PhoneRefused):
    """It belongs to another country or region."""

    code = "phone_foreign"
    message = _("目前只支持中国内地手机号")


def parse_mobile(text: str) -> str:
    """Return the mainland mobile number in `text` as E.164 (`+8613800138000`).

    Full-width digits, spaces, hyphens and the prefixes +86, 0086 and 86 are understood. Numbers
    of segments that the library does not know yet are taken when they have the right shape.
    Raises PhoneRefused.
    """
    digits = _digits(text)
    if not digits:
        raise PhoneMissing
    if not _NUMBER.fullmatch(digits):
        raise PhoneRefused
    national = _national(digits)
    if national is None:
        raise PhoneForeign
    if _MOBILE.fullmatch(national):
        return f"+86{national}"
    raise _reason(national)


def display(number: str) -> str:
    """Write a stored number as people read it: `138 0013 8000`."""
    national = number.removeprefix("+86")
    if not _MOBILE.fullmatch(national):
        return number
    return f"{national[:3]} {national[3:7]} {national[7:]}"


def mask(number: str) -> str:
    """Hide the middle of a stored number: `138****8000`."""
    national = number.removeprefix("+86")
    if len(national) < _MOBILE_DIGITS:
        return "****"
    return f"{national[:3]}****{national[-4:]}"


def last_digits(number: str, count: int = 4) -> str:
    """Return the last `count` digits, by which people at a desk are found."""
    return number[-count:]


def _digits(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    visible = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return _SEPARATORS.sub("", visible)


def _national(digits: str) -> str | None:
    """Strip the country code 86; None for the code of another country."""
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+"):
        return digits[3:].removeprefix("0") if digits.startswith("+86") else None
    if digits.startswith("86") and len(digits) == _MOBILE_DIGITS + 2:
        return digits[2:]
    return digits


def _reason(national: str) -> PhoneRefused:
    number = phonenumbers.PhoneNumber(country_code=86, national_number=int(national or "0"))
    known = phonenumbers.is_valid_number(number)
    if known and phonenumbers.number_type(number) not in _MOBILE_TYPES:
        return PhoneNotMobile()
    if re.match(r"1[3-9]", national) and len(national) != _MOBILE_DIGITS:
        return PhoneLength()
    return PhoneRefused()
