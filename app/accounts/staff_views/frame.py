"""The blueprint that the pages of this floor hang on, and how they answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.kit.errors import Text

blueprint = Blueprint("accounts_staff", __name__, url_prefix="/staff")


def go(endpoint: str, message: Text | None = None, **values: Any) -> ResponseReturnValue:
    """Go on to a page after something was done, and say what was done."""
    if message is not None:
        flash(str(message), "success")
    return redirect(url_for(endpoint, **values), 303)
