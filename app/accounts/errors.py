"""What accounts refuse."""

from typing import ClassVar

from app.kit.errors import Conflict, Forbidden, Invalid, TooManyRequests
from app.kit.texts import lazy as _


class WrongCredentials(Invalid):
    """E-mail, password or code are wrong; which one is not said."""

    code = "wrong_credentials"
    message = _("邮箱、密码或动态码不正确，请检查后重试")


class WrongPassword(Invalid):
    """The password that confirms a change is not the present one."""

    code = "wrong_password"
    message = _("当前密码不正确")


class WrongCode(Invalid):
    """The authenticator's code is wrong, or was used before."""

    code = "wrong_code"
    message = _("动态码不正确或已使用，请等待应用显示下一个动态码后再试")


class WeakPassword(Invalid):
    """The new password does not follow the policy; `faults` says how."""

    code = "weak_password"


class LockedOut(TooManyRequests):
    """Too many failures of this account or from this address."""

    code = "locked_out"
    message = _("登录失败次数过多，请10分钟后再试")
    headers: ClassVar[dict[str, str]] = {"Retry-After": "600"}


class RoleMissing(Forbidden):
    """The account has no role that may do this."""

    code = "role_missing"


class ScopeMissing(Forbidden):
    """The token was not given this scope, or its account may not use it."""

    code = "scope_missing"
    message = _("该访问凭证没有此操作的权限")


class EmailTaken(Conflict):
    """Another account has this e-mail address."""

    code = "email_taken"
    message = _("该邮箱已有账号")


class LastAdmin(Conflict):
    """An organisation keeps at least one administrator."""

    code = "last_admin"
    message = _("每个单位至少保留一名管理员")


class OwnRoles(Forbidden):
    """Nobody changes their own roles or switches off their own account."""

    code = "own_account"
    message = _("不能修改自己的角色或停用自己的账号，请由另一名管理员操作")


class AuditorAlone(Conflict):
    """Whoever reads the audit log must not be able to grant rights."""

    code = "auditor_alone"
    message = _("审计员与管理员不能由同一账号兼任")


class SharedAccount(Conflict):
    """The account also acts for other organisations: no single administrator may take it over."""

    code = "shared_account"
    message = _("该账号同时属于其他单位，请联系系统运维人员处理")


class NoScopes(Conflict):
    """None of the account's roles may use the API."""

    code = "no_scopes"
    message = _("您的角色不能使用接口")
