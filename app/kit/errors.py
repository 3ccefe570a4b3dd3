"""The four families of refusals, and what a wrong field looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.kit.texts import lazy as _
from app.kit.texts import type_of_lazy

Text = str | type_of_lazy


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFault:
    """One wrong field: its path (`attendees-0-phone`), a stable code, a sentence that helps."""

    field: str
    code: str
    message: Text


class AppError(Exception):
    """A refusal that people and programs can act on; subclasses say what is wrong."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    message: ClassVar[Text] = _("系统繁忙，请稍后再试")
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, message: Text | None = None, *, faults: tuple[FieldFault, ...] = ()) -> None:
        self.text: Text = message if message is not None else self.message
        self.faults = faults
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.text)


class NotFound(AppError):
    """The thing does not exist, or not for whoever asks: both look the same."""

    status = 404
    code = "not_found"
    message = _("没有找到您要的页面或记录，请检查网址")


class Forbidden(AppError):
    """Whoever asks is known, and may not."""

    status = 403
    code = "forbidden"
    message = _("您没有访问该页面的权限")


class Unauthenticated(AppError):
    """Nobody has said who asks, or the credential no longer counts."""

    status = 401
    code = "unauthenticated"
    message = _("请先登录或提供有效的访问凭证")
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class Conflict(AppError):
    """The request is right, the state of things is against it."""

    status = 409
    code = "conflict"
    message = _("当前状态不允许此操作，请刷新后再试")


class Invalid(AppError):
    """The input is wrong; `faults` names every wrong field."""

    status = 422
    code = "invalid"
    message = _("填写内容有误，请按提示修改")


class PreconditionMissing(AppError):
    """A change of a published thing must say which version it changes."""

    status = 428
    code = "precondition_required"
    message = _("请先读取最新内容，再用 If-Match 提交修改")


class PreconditionFailed(AppError):
    """Somebody else changed the thing meanwhile."""

    status = 412
    code = "precondition_failed"
    message = _("内容已被他人修改，请刷新后再提交")


class TooManyRequests(AppError):
    """The limit for this address, account or phone is used up."""

    status = 429
    code = "too_many_requests"
    message = _("操作过于频繁，请稍后再试")
    headers: ClassVar[dict[str, str]] = {"Retry-After": "60"}


class Unavailable(AppError):
    """A part needed for this answer is down or busy; nothing was written."""

    status = 503
    code = "unavailable"
    message = _("系统繁忙，请稍后再试，已填写的内容没有丢失")
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}
