"""Programmes with their targets, courses, and venues."""

from __future__ import annotations

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.access import in_menu, requires, staff
from app.accounts.models import Role
from app.kit import clock, languages, regions
from app.kit.database import unit_of_work
from app.kit.forms import Form, read
from app.kit.texts import lazy as _
from app.trainings import commands, forms, queries, rules
from app.trainings.staff_views.frame import blueprint, go


@blueprint.get("/programmes")
@in_menu(_("计划与目标"), icon="target", position=40)
@requires(Role.ORGANISER, Role.SUPERVISOR)
def programmes() -> str:
    """List the organisation's programmes with their progress."""
    found = queries.list_programmes(staff().organisation_id)
    progress = queries.list_progress(found)
    return render_template(
        "trainings/staff/programmes.html",
        programmes=[(one, progress[one.id]) for one in found],
        may_write=staff().has(Role.ORGANISER),
    )


@blueprint.get("/programmes/<programme_id>")
@requires(Role.ORGANISER, Role.SUPERVISOR)
def programme(programme_id: str) -> str:
    """Show a programme's progress and trainings."""
    found = queries.get_programme(programme_id, staff().organisation_id)
    return render_template(
        "trainings/staff/programme.html",
        programme=found,
        progress=queries.list_progress([found])[found.id],
        trainings=queries.list_of_programme(found.id, found.organisation_id),
        may_write=staff().has(Role.ORGANISER),
        rules=rules,
    )


@blueprint.get("/programmes/edit", defaults={"programme_id": None})
@blueprint.get("/programmes/<programme_id>/edit")
@requires(Role.ORGANISER)
def edit_programme(programme_id: str | None) -> str:
    """Show the form of a programme."""
    year = clock.now().astimezone(forms.zone()).year
    values: dict[str, object] = {
        "year": year,
        "starts_on": date(year, 1, 1),
        "ends_on": date(year, 12, 31),
        "target_trainings": 8,
        "target_onsite": 4,
    }
    if programme_id is not None:
        found = queries.get_programme(programme_id, staff().organisation_id)
        values = {name: getattr(found, name) for name in forms.ProgrammeForm.model_fields}
    return render_template("trainings/staff/edit_programme.html", form=_form(values))


@blueprint.post("/programmes/edit", defaults={"programme_id": None})
@blueprint.post("/programmes/<programme_id>/edit")
@requires(Role.ORGANISER)
def save_programme(programme_id: str | None) -> ResponseReturnValue:
    """Make or change a programme."""
    value, form = read(forms.ProgrammeForm, request.form)
    if value is None:
        return render_template("trainings/staff/edit_programme.html", form=form), 422
    who, now = staff(), clock.now()
    unit_of_work(
        lambda: commands.save_programme(
            value.details(),
            programme_id,
            organisation_id=who.organisation_id,
            by=who.actor,
            now=now,
        )
    )
    return go("trainings_staff.programmes", _("培训计划已保存"))


@blueprint.get("/courses")
@in_menu(_("课程库"), icon="books", position=41)
@requires(Role.ORGANISER)
def courses() -> str:
    """List the organisation's courses."""
    found = queries.list_courses(staff().organisation_id, retired=True)
    return render_template("trainings/staff/courses.html", courses=found)


@blueprint.get("/courses/edit", defaults={"course_id": None})
@blueprint.get("/courses/<course_id>/edit")
@requires(Role.ORGANISER)
def edit_course(course_id: str | None) -> str:
    """Show the form of a course."""
    values: dict[str, object] = {}
    if course_id is not None:
        found = queries.get_course(course_id, staff().organisation_id)
        values = {name: getattr(found, name) for name in forms.CourseForm.model_fields}
    return render_template("trainings/staff/edit_course.html", form=_form(values))


@blueprint.post("/courses/edit", defaults={"course_id": None})
@blueprint.post("/courses/<course_id>/edit")
@requires(Role.ORGANISER)
def save_course(course_id: str | None) -> ResponseReturnValue:
    """Make or change a course."""
    value, form = read(forms.CourseForm, request.form)
    if value is None:
        return render_template("trainings/staff/edit_course.html", form=form), 422
    who, now = staff(), clock.now()
    unit_of_work(
        lambda: commands.save_course(
            value.details(), course_id, organisation_id=who.organisation_id, by=who.actor, now=now
        )
    )
    return go("trainings_staff.courses", _("课程已保存"))


@blueprint.post("/courses/<course_id>/retire")
@requires(Role.ORGANISER)
def retire_course(course_id: str) -> ResponseReturnValue:
    """Take a course out of the lists to choose from, or put it back."""
    who, now = staff(), clock.now()
    unit_of_work(
        lambda: commands.retire_course(
            course_id,
            is_retired=request.form.get("retired") == "yes",
            organisation_id=who.organisation_id,
            by=who.actor,
            now=now,
        )
    )
    return go("trainings_staff.courses", _("已更新"))


@blueprint.get("/venues")
@in_menu(_("场地"), icon="map-pin", position=42)
@requires(Role.ORGANISER)
def venues() -> str:
    """List the organisation's venues."""
    found = queries.list_venues(staff().organisation_id, retired=True)
    return render_template("trainings/staff/venues.html", venues=found)


@blueprint.get("/venues/edit", defaults={"venue_id": None})
@blueprint.get("/venues/<venue_id>/edit")
@requires(Role.ORGANISER)
def edit_venue(venue_id: str | None) -> str:
    """Show the form of a venue."""
    values: dict[str, object] = {}
    if venue_id is not None:
        found = queries.get_venue(venue_id, staff().organisation_id)
        values = {name: getattr(found, name) for name in forms.VenueForm.model_fields}
    return _venue_page(_form(values))


@blueprint.post("/venues/edit", defaults={"venue_id": None})
@blueprint.post("/venues/<venue_id>/edit")
@requires(Role.ORGANISER)
def save_venue(venue_id: str | None) -> ResponseReturnValue:
    """Make or change a venue."""
    value, form = read(forms.VenueForm, request.form)
    if value is None:
        return _venue_page(form), 422
    who, now = staff(), clock.now()
    unit_of_work(
        lambda: commands.save_venue(
            value.details(), venue_id, organisation_id=who.organisation_id, by=who.actor, now=now
        )
    )
    return go("trainings_staff.venues", _("场地已保存"))


@blueprint.post("/venues/<venue_id>/retire")
@requires(Role.ORGANISER)
def retire_venue(venue_id: str) -> ResponseReturnValue:
    """Take a venue out of the lists to choose from, or put it back."""
    who, now = staff(), clock.now()
    unit_of_work(
        lambda: commands.retire_venue(
            venue_id,
            is_retired=request.form.get("retired") == "yes",
            organisation_id=who.organisation_id,
            by=who.actor,
            now=now,
        )
    )
    return go("trainings_staff.venues", _("已更新"))


def _venue_page(form: Form) -> str:
    language = languages.current()
    cities = [(city.code, city.name(language)) for city in regions.cities()]
    return render_template("trainings/staff/edit_venue.html", form=form, cities=cities)


def _form(values: dict[str, object]) -> Form:
    return Form({name: "" if value is None else str(value) for name, value in values.items()})
