"""What accounts refuse."""

from app.kit.errors import Conflict, Forbidden, Invalid, TooManyRequests
from app.kit.texts import lazy as _


class WrongCredentials(Invalid):
    """E-mail, password or code are wrong; which one is not said."""

    code = "wrong_credentials"
    message = _("邮箱、密码或动态码不正确，请检查后重试")


class LockedOut(TooManyRequests):
    """Too many failures of this account or from this address."""

    code = "locked_out"
    message = _("登录失败次数过多，请10分钟后再试")


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
