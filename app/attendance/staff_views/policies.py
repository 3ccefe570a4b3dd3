"""The rule of a training: what it asks, what another one would change, and how it came about."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.commands import policies as commands
from app.attendance.forms.policies import RuleChangeForm, RuleForm, form_of
from app.attendance.queries import policies as queries
from app.attendance.queries.previews import Preview, preview
from app.attendance.rules import policy_words
from app.attendance.rules.policy import Policy
from app.attendance.rules.verdicts import LOCKED
from app.attendance.staff_views.frame import READERS, blueprint, common, the_training
from app.kit import clock
from app.kit.database import unit_of_work
from app.kit.errors import Conflict
from app.kit.forms import Form, read
from app.kit.pages import asked_number
from app.kit.texts import translate as _
from app.trainings.models import Training, TrainingState

PREVIEW = "preview"


@blueprint.get("/trainings/<training_id>/rule")
@requires(*READERS)
def rule(training_id: str) -> ResponseReturnValue:
    """Show the rule; with what an organiser has chosen in the address, what would change."""
    training = the_training(training_id)
    if PREVIEW not in request.args or not _may_change(training):
        return _page(training, form_of(queries.get_in_force(training.id).policy))
    value, form = read(RuleForm, request.args)
    if value is None:
        return _page(training, form), 422
    return _page(training, form, chosen=value.policy())


@blueprint.post("/trainings/<training_id>/rule")
@requires(Role.ORGANISER)
def change_rule(training_id: str) -> ResponseReturnValue:
    """Put another rule in force and judge everybody by it."""
    training = the_training(training_id)
    value, form = read(RuleChangeForm, request.form)
    if value is None:
        chosen, _again = read(RuleForm, request.form)
        return _page(training, form, chosen=chosen.policy() if chosen else None), 422
    who, now = staff(), clock.now()
    try:
        number = unit_of_work(
            lambda: commands.change_rule(
                training_id,
                value.policy(),
                reason=value.reason,
                organisation_id=who.organisation_id,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except Conflict as error:
        form.add_general(error.text)
        return _page(training, form), error.status
    flash(_("规则第%(number)s版已生效，全部出勤已重新认定", number=number), "success")
    return redirect(url_for("attendance_staff.rule", training_id=training_id), 303)


def _may_change(training: Training) -> bool:
    is_open = training.state not in LOCKED | {TrainingState.CANCELLED}
    return staff().has(Role.ORGANISER) and is_open


def _page(training: Training, form: Form, *, chosen: Policy | None = None) -> str:
    lessons = sorted(training.lessons, key=lambda lesson: (lesson.starts_at, lesson.id))
    current = queries.get_in_force(training.id)
    tried: Preview | None = None
    if chosen is not None and chosen != current.policy:
        tried = preview(training, chosen, number=asked_number())
    return render_template(
        "attendance/staff/rule.html",
        **common(training, lessons[0]),
        current=current,
        form=form,
        chosen=chosen,
        tried=tried,
        versions=queries.list_versions(training.id),
        may_change_rule=_may_change(training),
        words=policy_words,
        measures=list(policy_words.MEASURES.items()),
        lessons_count=len(lessons),
    )
