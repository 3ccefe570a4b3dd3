"""Pages on which staff manage accounts, their own sign-in, and read the audit log."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts_staff", __name__, url_prefix="/staff")
