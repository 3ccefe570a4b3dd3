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
    "training": _("场次"),
    "lesson": _("节次"),
    "registration": _("报名"),
    "attendee": _("参训人员"),
    "desk": _("签到台"),
    "letter": _("通知"),
    "proof": _("培训证明"),
    "material": _("资料"),
    "programme": _("培训计划"),
    "course": _("课程"),
    "venue": _("会场"),
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
    "training.created": _("创建场次"),
    "training.edited": _("修改场次"),
    "training.published": _("发布场次"),
    "training.moved": _("变更时间或地点"),
    "training.cancelled": _("取消场次"),
    "training.held": _("场次已举办"),
    "training.closed": _("关闭出勤记录"),
    "training.reopened": _("重新开放出勤记录"),
    "training.accepted": _("验收场次"),
    "programme.created": _("创建培训计划"),
    "programme.edited": _("修改培训计划"),
    "course.created": _("创建课程"),
    "course.edited": _("修改课程"),
    "venue.created": _("创建会场"),
    "venue.edited": _("修改会场"),
    "material.added": _("上传资料"),
    "material.removed": _("删除资料"),
    "registration.created": _("提交报名"),
    "registration.at_door": _("现场登记报名"),
    "registration.cancelled": _("取消报名"),
    "registration.approved": _("通过报名"),
    "registration.rejected": _("不通过报名"),
    "registration.contact_changed": _("更换经办人"),
    "registrations.exported": _("导出报名名单"),
    "attendee.added": _("增加参训人员"),
    "attendee.corrected": _("更正参训人员信息"),
    "attendee.replaced": _("更换参训人员"),
    "attendee.cancelled": _("取消参训人员"),
    "attendee.promoted": _("候补转正"),
    "waitlist.passed_over": _("候补顺延"),
    "desk.opened": _("开放签到台"),
    "desk.closed": _("关闭签到台"),
    "desk.invited": _("邀请设备成为签到台"),
    "desk.rekeyed": _("换发签到台密钥"),
    "attendance.corrected": _("更正出勤"),
    "attendance.undone": _("撤销签到"),
    "attendance.spot_checked": _("抽查签到"),
    "attendance.conflict_settled": _("核对签到冲突"),
    "late_scans.received": _("收到补传记录"),
    "late_scans.accepted": _("采纳补传记录"),
    "late_scan.declined": _("不采纳补传记录"),
    "attendance.exported": _("导出出勤"),
    "attendance.sheet_printed": _("打印签到表"),
    "proofs.issued": _("发放培训证明"),
    "proofs.batch_cancelled": _("取消发放培训证明"),
    "proofs.exported": _("导出培训证明"),
    "proof.revoked": _("撤销培训证明"),
    "proof.replaced": _("更换培训证明"),
    "proof_template.changed": _("修改证明文字"),
    "feedback.exported": _("导出评价"),
    "letter.retried": _("重发通知"),
    "letter.cancelled": _("取消通知"),
    "retention.letters_emptied": _("清除到期邮件的内容"),
    "retention.answers_emptied": _("清除到期的评价文字"),
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
