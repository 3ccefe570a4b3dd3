"""The form in which a training is made or changed, and copying."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts import queries as accounts
from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.kit import clock, languages, regions
from app.kit.database import unit_of_work
from app.kit.errors import AppError
from app.kit.forms import Form, read
from app.kit.texts import lazy as _
from app.trainings import commands, forms, queries, rules
from app.trainings.models import Training, TrainingState
from app.trainings.staff_views.frame import blueprint, get_training, go

_DAYS_AHEAD = 14


@blueprint.get("/trainings/new")
@requires(Role.ORGANISER)
def new() -> str:
    """Show an empty form with sensible values."""
    return _page(Form(_first_values()), None)


@blueprint.post("/trainings/new")
@requires(Role.ORGANISER)
def create() -> ResponseReturnValue:
    """Make a draft; with "publish" announce it at once."""
    value, form = read(forms.TrainingForm, request.form)
    if value is None:
        return _page(form, None), 422
    who, now = staff(), clock.now()
    plan = value.plan(now)

    def work() -> Training:
        made = commands.create(plan, organisation_id=who.organisation_id, by=who.actor, now=now)
        if "publish" in request.form:
            commands.publish(
                made.public_id, organisation_id=who.organisation_id, by=who.actor, now=now
            )
        return made

    try:
        made = unit_of_work(work)
    except AppError as error:
        return _refused(error, form, None)
    done = _("场次已发布") if made.state is TrainingState.PUBLISHED else _("草稿已保存")
    return go("trainings_staff.show", done, training_id=made.public_id)


@blueprint.get("/trainings/<training_id>/edit")
@requires(Role.ORGANISER)
def edit(training_id: str) -> str:
    """Show the form with what is planned."""
    training = get_training(training_id)
    values = forms.typed_values(rules.plan_of(training))
    return _page(Form({**values, "revision": str(training.revision)}), training)


@blueprint.post("/trainings/<training_id>/edit")
@requires(Role.ORGANISER)
def save(training_id: str) -> ResponseReturnValue:
    """Change a draft or published training."""
    value, form = read(forms.TrainingForm, request.form)
    training = get_training(training_id)
    if value is None:
        return _page(form, training), 422
    who, now = staff(), clock.now()
    plan, text = value.plan(now), request.form.get("revision", "")
    revision = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - no row is changed a thousand million times
    try:
        unit_of_work(
            lambda: commands.edit(
                training_id,
                plan,
                revision=revision,
                organisation_id=who.organisation_id,
                by=who.actor,
                now=now,
            )
        )
    except AppError as error:
        return _refused(error, form, training)
    return go("trainings_staff.show", _("修改已保存"), training_id=training_id)


@blueprint.get("/trainings/<training_id>/copy")
@requires(Role.ORGANISER)
def copy(training_id: str) -> str:
    """Ask for the first day of the copy."""
    training = get_training(training_id)
    today = clock.now().astimezone(forms.zone()).date()
    was = training.starts_at.astimezone(forms.zone()).date()
    weeks = max(1, -(-(today - was).days // 7) + 1)
    day = was + timedelta(weeks=weeks)
    return render_template(
        "trainings/staff/copy.html", training=training, form=Form({"day": day.isoformat()})
    )


@blueprint.post("/trainings/<training_id>/copy")
@requires(Role.ORGANISER)
def make_copy(training_id: str) -> ResponseReturnValue:
    """Make a draft like this training on other days."""
    value, form = read(forms.CopyForm, request.form)
    training = get_training(training_id)
    if value is None:
        return render_template("trainings/staff/copy.html", training=training, form=form), 422
    who, now = staff(), clock.now()
    local = training.starts_at.astimezone(forms.zone())
    starts_at = datetime.combine(value.day, local.timetz())
    try:
        made = unit_of_work(
            lambda: commands.copy(
                training_id,
                starts_at=starts_at,
                organisation_id=who.organisation_id,
                by=who.actor,
                now=now,
            )
        )
    except AppError as error:
        form.add(error.faults)
        form.add_general(error.text)
        page = render_template("trainings/staff/copy.html", training=training, form=form)
        return page, error.status
    return go(
        "trainings_staff.edit", _("已复制为草稿，请核对日期和地点"), training_id=made.public_id
    )


def _refused(error: AppError, form: Form, training: Training | None) -> ResponseReturnValue:
    if error.status not in {409, 422}:
        raise error
    form.add(error.faults)
    if not error.faults:
        form.add_general(error.text)
    return _page(form, training), error.status


def _page(form: Form, training: Training | None) -> str:
    organisation_id, language = staff().organisation_id, languages.current()
    courses = queries.list_courses(organisation_id)
    venues = queries.list_venues(organisation_id)
    return render_template(
        "trainings/staff/edit.html",
        form=form,
        training=training,
        rows=form.indexes("lessons") or [0],
        most_lessons=rules.MOST_LESSONS,
        programmes=[(one.public_id, one.name) for one in queries.list_programmes(organisation_id)],
        courses=[(one.public_id, one.title) for one in courses],
        venues=[(one.public_id, f"{languages.city_name(one.city)} · {one.name}") for one in venues],
        trainers=[(one.public_id, one.name) for one in accounts.list_trainers(organisation_id)],
        cities=[(city.code, city.name(language)) for city in regions.cities()],
        clusters=[(cluster.code, cluster.name(language)) for cluster in regions.clusters()],
        modes=[(mode.value, str(rules.label_of_mode(mode))) for mode in rules.Mode],
        hints=json.dumps(
            {
                "courses": {one.public_id: [one.title, one.title_en] for one in courses},
                "venues": {one.public_id: [one.city, one.capacity] for one in venues},
            }
        ),
    )


def _first_values() -> dict[str, str]:
    day = clock.now().astimezone(forms.zone()).date() + timedelta(days=_DAYS_AHEAD)
    programmes = queries.list_programmes(staff().organisation_id)
    current = [one for one in programmes if one.starts_on <= day <= one.ends_on]
    return {
        "mode": rules.Mode.ONSITE.value,
        "programme": current[0].public_id if current else "",
        "capacity_onsite": "100",
        "required_percent": "60",
        "lessons-0-day": day.isoformat(),
        "lessons-0-starts_at": "09:00",
        "lessons-0-ends_at": "12:00",
    }
