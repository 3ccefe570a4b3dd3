"""What staff type about themselves and about each other."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from app.accounts.models import Role
from app.accounts.rules import TOKEN_DAYS, Scope
from app.kit.forms import Input, refuse
from app.kit.passwords import MAXIMUM_LENGTH
from app.kit.texts import lazy as _

_MAIL = re.compile(r"[^@\s<>\"',;:\\()\[\]]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _mail_address(text: str) -> str:
    if not _MAIL.fullmatch(text) or not text.isascii():
        raise refuse("email", _("邮箱格式不正确，例如name@example.com"))
    return text.lower()


def _one_line(text: str) -> str:
    if _CONTROLS.search(text):
        raise refuse("controls", _("不能包含换行或控制字符"))
    return text


def _code(text: str) -> str:
    digits = text.replace(" ", "")
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise refuse("code", _("请输入应用中显示的6位数字"))
    return digits


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _known_days(days: int) -> int:
    if days not in TOKEN_DAYS:
        raise refuse("days", _("请从给出的选项中选择"))
    return days


Email = Annotated[str, Field(max_length=254), AfterValidator(_mail_address)]
Line = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Password = Annotated[str, Field(min_length=1, max_length=MAXIMUM_LENGTH)]
Code = Annotated[str, AfterValidator(_code)]
Roles = Annotated[frozenset[Role], BeforeValidator(_several), Field(min_length=1)]
Scopes = Annotated[frozenset[Scope], BeforeValidator(_several), Field(min_length=1)]


class SignIn(Input):
    email: Annotated[str, Field(min_length=1, max_length=254)]
    password: Password


class SecondStep(Input):
    code: Code


class ConfirmTotp(Input):
    code: Code


class ConfirmPassword(Input):
    password: Password


class PasswordChange(Input):
    present: Password
    new: Password
    again: Password


class NewStaff(Input):
    name: Annotated[Line, Field(max_length=60)]
    email: Email
    roles: Roles


class StaffChange(Input):
    name: Annotated[Line, Field(max_length=60)]
    roles: Roles


class NewToken(Input):
    label: Annotated[Line, Field(max_length=80)]
    scopes: Scopes
    days: Annotated[int, AfterValidator(_known_days)]
