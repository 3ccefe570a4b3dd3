"""What people and programs send about an enterprise and its contact."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from app.enterprises import rules
from app.enterprises.errors import UsccRefused
from app.enterprises.rules import ContactDetails, EnterpriseDetails
from app.kit import phones, regions
from app.kit.forms import Input, refuse
from app.kit.phones import PhoneRefused
from app.kit.texts import lazy as _

_EMAIL = re.compile(
    r"[^@\s<>\"'(),:;\\\[\]]{1,64}@([^@\s.<>\"'(),:;\\\[\]]+\.)+[^@\s.<>\"'(),:;\\\[\]]{2,}"
)
_NAME_MARKS = frozenset(" ·'’.-")
_BRACKETS = str.maketrans("()", "（）")


def _uscc(text: str) -> str:
    try:
        return rules.parse_uscc(text)
    except UsccRefused as refusal:
        raise refuse(refusal.code, refusal.message) from refusal


def _enterprise_name(text: str) -> str:
    """Write brackets as registers do, so that one name is written in one way."""
    name = _plain(text).translate(_BRACKETS)
    if sum(character.isalpha() for character in name) < 2:  # noqa: PLR2004 - no name is shorter
        raise refuse("name_invalid", _("请填写企业全称"))
    return name


def person_name(text: str) -> str:
    """Read a person's name: letters of any script, spaces, and the dot between name parts."""
    name = _plain(text).replace("•", "·").replace("・", "·")
    good = all(_is_letter(character) or character in _NAME_MARKS for character in name)
    if not good or sum(map(_is_letter, name)) < 2:  # noqa: PLR2004 - a family and a given name
        raise refuse("name_invalid", _("请填写真实姓名，至少两个字，不含数字和符号"))
    return name


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def _plain(text: str) -> str:
    """Fold what looks alike and drop what cannot be seen."""
    folded = unicodedata.normalize("NFC", text)
    visible = "".join(c for c in folded if unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"})
    return " ".join(visible.split())


def _phone(text: str) -> str:
    try:
        return phones.parse_mobile(text)
    except PhoneRefused as refusal:
        raise refuse(refusal.code, refusal.message) from refusal


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise refuse("email_invalid", _("邮箱地址格式不正确，例如name@example.com"))
    return text


def _text(text: str) -> str:
    return _plain(text)


def _city(code: str) -> str:
    if code != rules.OTHER_PLACE and regions.city(code) is None:
        raise refuse("city_unknown", _("请从列表中选择城市"))
    return code


def _industry(code: str) -> str:
    if code and regions.industry(code) is None:
        raise refuse("industry_unknown", _("请从列表中选择行业"))
    return code


Uscc = Annotated[str, Field(max_length=60), AfterValidator(_uscc)]
EnterpriseName = Annotated[str, Field(max_length=120), AfterValidator(_enterprise_name)]
PersonName = Annotated[str, Field(max_length=60), AfterValidator(person_name)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(_phone)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
JobTitle = Annotated[str, Field(max_length=60), AfterValidator(_text)]
City = Annotated[str, Field(max_length=6), AfterValidator(_city)]
IndustryCode = Annotated[str, Field(max_length=4), AfterValidator(_industry)]
Headcount = Annotated[int, Field(ge=0, le=10_000_000)]
Revenue = Annotated[int, Field(ge=0, le=100_000_000)]


class EnterpriseIn(Input):
    """An enterprise as it describes itself; figures of the last year, revenue in 万元."""

    uscc: Uscc
    name: EnterpriseName
    city: City
    industry: IndustryCode = ""
    employees: Headcount | None = None
    revenue_10k_yuan: Revenue | None = None

    @property
    def value(self) -> EnterpriseDetails:
        return EnterpriseDetails(
            uscc=self.uscc,
            name=self.name,
            city=self.city,
            industry=self.industry,
            employees=self.employees,
            revenue_10k_yuan=self.revenue_10k_yuan,
        )


class ContactIn(Input):
    """Who acts for an enterprise."""

    name: PersonName
    phone: Phone
    email: Email | None = None

    @property
    def value(self) -> ContactDetails:
        return ContactDetails(name=self.name, phone=self.phone, email=self.email)
