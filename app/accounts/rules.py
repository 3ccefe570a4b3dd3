"""Who may do what, and when sign-ins end or are locked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from app.accounts.errors import AuditorAlone, WeakPassword
from app.accounts.models import OrganisationKind, Role
from app.audit.rules import Actor
from app.kit import passwords
from app.kit.errors import FieldFault, Text
from app.kit.texts import lazy as _

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=8)
FAILURES_ALLOWED = 5
LOCK_DURATION = timedelta(minutes=10)
CODE_LIMIT = timedelta(minutes=5)  # between the password and the authenticator's code
PASSWORD_AGE_LIMIT = timedelta(days=90)
TOKEN_DAYS = (30, 90, 180, 365)

ROLE_NAMES: dict[Role, Text] = {
    Role.ORGANISER: _("组织者"),
    Role.TRAINER: _("讲师"),
    Role.SUPERVISOR: _("监督员"),
    Role.AUDITOR: _("审计员"),
    Role.ADMIN: _("管理员"),
}
ROLE_HINTS: dict[Role, Text] = {
    Role.ORGANISER: _("发布场次，处理报名、签到、评价和导出"),
    Role.TRAINER: _("查看自己讲授的节次，现场扫码签到"),
    Role.SUPERVISOR: _("查看本单位全部业务数据，不能修改"),
    Role.AUDITOR: _("只能查看审计日志"),
    Role.ADMIN: _("只能管理账号和角色"),
}
KIND_NAMES: dict[OrganisationKind, Text] = {
    OrganisationKind.PROVINCE_BUREAU: _("省级市场监管部门"),
    OrganisationKind.CITY_BUREAU: _("市级市场监管部门"),
    OrganisationKind.CERT_BODY: _("认证机构"),
    OrganisationKind.EXECUTOR: _("承办单位"),
}


class Scope(StrEnum):
    """What an API token may be used for."""

    TRAININGS_WRITE = "trainings:write"
    REGISTRATIONS_READ = "registrations:read"
    REGISTRATIONS_WRITE = "registrations:write"
    CHECKIN = "checkin"
    ATTENDANCE_READ = "attendance:read"
    ATTENDANCE_WRITE = "attendance:write"
    FEEDBACK_READ = "feedback:read"
    PROGRESS_READ = "progress:read"


SCOPE_NAMES: dict[Scope, Text] = {
    Scope.TRAININGS_WRITE: _("创建和修改场次"),
    Scope.REGISTRATIONS_READ: _("读取报名"),
    Scope.REGISTRATIONS_WRITE: _("修改报名"),
    Scope.CHECKIN: _("扫码签到"),
    Scope.ATTENDANCE_READ: _("读取出勤"),
    Scope.ATTENDANCE_WRITE: _("更正出勤"),
    Scope.FEEDBACK_READ: _("读取评价汇总"),
    Scope.PROGRESS_READ: _("读取计划进度"),
}
_READING = frozenset(
    {Scope.REGISTRATIONS_READ, Scope.ATTENDANCE_READ, Scope.FEEDBACK_READ, Scope.PROGRESS_READ}
)
SCOPES_OF_ROLE: dict[Role, frozenset[Scope]] = {
    Role.ORGANISER: frozenset(Scope),
    Role.TRAINER: frozenset({Scope.CHECKIN}),
    Role.SUPERVISOR: _READING,
    Role.AUDITOR: frozenset(),
    Role.ADMIN: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who has signed in or sent a token, acting in one organisation; a value, not a row."""

    session_id: str  # public id of the login session or of the API token
    staff_id: int
    public_id: str
    name: str
    email: str
    organisation_id: int
    organisation_public_id: str
    organisation_name: str
    roles: frozenset[Role]
    scopes: frozenset[Scope] = frozenset()
    organisations: tuple[tuple[str, str], ...] = ()  # (public id, name) of all it may act in
    must_change_password: bool = False
    kind: str = "staff"

    # what Flask-Login asks of a user
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        return self.session_id

    @property
    def actor(self) -> Actor:
        return Actor(kind=self.kind, id=self.public_id, organisation_id=self.organisation_id)

    def has(self, *roles: Role) -> bool:
        """Tell whether any of `roles` is held."""
        return not self.roles.isdisjoint(roles)


def scopes_of(roles: frozenset[Role]) -> frozenset[Scope]:
    """Give every scope that any of `roles` may use."""
    return frozenset().union(*(SCOPES_OF_ROLE[role] for role in roles))


def is_idle(seen_at: datetime | None, now: datetime) -> bool:
    """Tell whether a browser was silent for too long."""
    return seen_at is None or now - seen_at > IDLE_LIMIT


def is_password_old(changed_at: datetime, now: datetime) -> bool:
    """Tell whether it is time to remind somebody of changing the password."""
    return now - changed_at > PASSWORD_AGE_LIMIT


def ensure_strong(password: str, *, email: str, is_old_one: bool, field: str) -> None:
    """Refuse a password against the policy with every reason at once (WeakPassword)."""
    reasons = [
        (
            len(password) < passwords.MINIMUM_LENGTH,
            "too_short",
            _("密码至少%(count)s个字符", count=passwords.MINIMUM_LENGTH),
        ),
        (
            passwords.kinds(password) < passwords.KINDS_NEEDED,
            "too_simple",
            _("请至少使用大写字母、小写字母、数字、符号中的3种"),
        ),
        (_mail_name(email) in password.lower(), "contains_name", _("密码不能包含邮箱的用户名部分")),
        (is_old_one, "unchanged", _("新密码不能与当前密码相同")),
    ]
    faults = tuple(
        FieldFault(field=field, code=code, message=text) for wrong, code, text in reasons if wrong
    )
    if faults:
        raise WeakPassword(faults=faults)


def _mail_name(email: str) -> str:
    return email.partition("@")[0].lower()


def ensure_separated(roles: frozenset[Role]) -> None:
    """Refuse to join the reading of the audit log with the granting of rights (AuditorAlone)."""
    if {Role.AUDITOR, Role.ADMIN} <= roles:
        raise AuditorAlone
