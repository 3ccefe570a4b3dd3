"""The buttons that lead a training from one state to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.errors import AppError, Text
from app.kit.forms import Form, read
from app.kit.texts import lazy as _
from app.trainings import commands, forms
from app.trainings.staff_views.frame import blueprint, get_training, go
from app.trainings.staff_views.overview import show_page

Command = Callable[..., Any]


@blueprint.post("/trainings/<training_id>/publish")
@requires(Role.ORGANISER)
def publish(training_id: str) -> ResponseReturnValue:
    """Announce a draft."""
    return _lead(commands.publish, training_id, _("场次已发布，公众可以看到并报名"))


@blueprint.post("/trainings/<training_id>/cancel")
@requires(Role.ORGANISER)
def cancel(training_id: str) -> ResponseReturnValue:
    """Call a training off."""
    return _lead_with_reason(commands.cancel, training_id, _("场次已取消"))


@blueprint.post("/trainings/<training_id>/close")
@requires(Role.ORGANISER)
def close(training_id: str) -> ResponseReturnValue:
    """Close the record."""
    return _lead(commands.close, training_id, _("场次已归档，出勤记录已锁定"))


@blueprint.post("/trainings/<training_id>/reopen")
@requires(Role.ORGANISER)
def reopen(training_id: str) -> ResponseReturnValue:
    """Open a closed record again."""
    return _lead_with_reason(commands.reopen, training_id, _("记录已重新打开，操作已留痕"))


@blueprint.post("/trainings/<training_id>/accept")
@requires(Role.ORGANISER)
def accept(training_id: str) -> ResponseReturnValue:
    """Note that the record was accepted."""
    return _lead(commands.accept, training_id, _("场次已验收"))


def _lead_with_reason(command: Command, training_id: str, done: Text) -> ResponseReturnValue:
    value, form = read(forms.ReasonBody, request.form)
    if value is None:
        return show_page(get_training(training_id), form), 422
    return _lead(command, training_id, done, form=form, reason=value.reason)


def _lead(
    command: Command, training_id: str, done: Text, *, form: Form | None = None, **values: str
) -> ResponseReturnValue:
    who, now = staff(), clock.now()
    try:
        unit_of_work(
            lambda: command(
                training_id,
                organisation_id=who.organisation_id,
                by=who.actor,
                now=now,
                **values,
            )
        )
    except AppError as error:
        if error.status not in {409, 422}:
            raise
        return show_page(get_training(training_id), form, error), error.status
    return go("trainings_staff.show", done, training_id=training_id)
