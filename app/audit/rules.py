"""Who acts, and how entries are bound into a chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.kit.errors import Text
from app.kit.texts import lazy as _

ACTOR_KINDS: dict[str, Text] = {
    "staff": _("工作人员"),
    "api": _("接口程序"),
    "contact": _("经办人"),
    "desk": _("签到台"),
    "public": _("公众"),
    "system": _("系统"),
}
SUBJECTS: dict[str, Text] = {
    "staff": _("账号"),
    "organisation": _("单位"),
    "api_token": _("访问凭证"),
}
ACTIONS: dict[str, Text] = {
    "staff.signed_in": _("登录成功"),
    "staff.sign_in_failed": _("登录失败"),
    "staff.signed_out": _("退出登录"),
    "staff.session_revoked": _("退出其他设备的登录"),
    "staff.organisation_chosen": _("切换单位"),
    "staff.password_changed": _("修改密码"),
    "staff.totp_enrolled": _("开启两步验证"),
    "staff.totp_disabled": _("关闭两步验证"),
    "staff.created": _("创建账号"),
    "staff.joined": _("账号加入单位"),
    "staff.changed": _("修改姓名或角色"),
    "staff.deactivated": _("停用账号"),
    "staff.activated": _("启用账号"),
    "staff.password_reset": _("重置密码"),
    "staff.totp_reset": _("重置两步验证"),
    "organisation.created": _("创建单位"),
    "api_token.created": _("创建访问凭证"),
    "api_token.revoked": _("撤销访问凭证"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever does something: staff, an API token, a contact, a desk, the public, the system."""

    kind: str
    id: str
    organisation_id: int | None = None


PUBLIC = Actor(kind="public", id="-")
SYSTEM = Actor(kind="system", id="-")
START = ""
"""What the first entry of the chain is bound to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What checking the chain found; `broken_at` is the first sequence that does not fit."""

    sealed: int
    unsealed: int
    broken_at: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def chained(previous: str, values: Mapping[str, Any]) -> str:
    """Give the hash that binds `values` to everything before them (SHA-256, hex)."""
    canonical = json.dumps(
        values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def action(code: str) -> Text:
    """Name an action for people; one that nobody has named is shown as it is."""
    return ACTIONS.get(code, code)


def subject(code: str) -> Text:
    """Name a kind of subject for people."""
    return SUBJECTS.get(code, code)


def actor_kind(code: str) -> Text:
    """Name a kind of actor for people."""
    return ACTOR_KINDS.get(code, code)
