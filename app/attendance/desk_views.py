"""The scanning desk of a lesson: opened by a button on each device, never by merely looking.

A desk is a row with a name of its own, so that records say at which door somebody came in and two
doors can be told apart. Opening one writes, so it is a POST; the page that follows finds the row
through the signed cookie of this browser and signs its token anew: looking writes nothing.
"""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from pydantic import StringConstraints
from werkzeug.wrappers import Response as WerkzeugResponse

from app.accounts.access import requires, staff
from app.accounts.models import Role
from app.attendance.access import only_taught_by
from app.attendance.commands.desks import enrol_desk, revoke_desk
from app.attendance.errors import DeskClosed
from app.attendance.models import Desk
from app.attendance.queries import desks, roster
from app.attendance.rules.desk_words import desk_texts
from app.attendance.rules.verdicts import Span
from app.kit import clock, tokens
from app.kit.database import unit_of_work
from app.kit.forms import Form, Input, read
from app.kit.languages import current as language
from app.kit.languages import instant
from app.kit.settings import settings
from app.kit.texts import translate as _
from app.trainings.models import Lesson, Training

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
OPENED = "desks"  # in the cookie: {lesson: desk}, public ids
MOST_OPENED = 5


class DeskForm(Input):
    """The name of a desk."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=60)]


@blueprint.get("/<lesson_id>")
@requires(Role.ORGANISER, Role.TRAINER)
def show(lesson_id: str) -> Response:
    """Show the desk of this browser, or the page that opens one."""
    lesson, training = _lesson(lesson_id)
    desk = _desk_here(lesson)
    if desk is None:
        return _opening_page(lesson, training, Form({"label": _suggestion(lesson)}))
    counter = roster.count(lesson.id)
    page = render_template(
        "attendance/desk.html",
        training=training,
        training_title=_title(training),
        lesson=lesson,
        desk=desk,
        counter=counter,
        notice=_notice(lesson),
        data=_page_data(lesson, desk, counter.sequence),
    )
    return _never_kept(page)


@blueprint.post("/<lesson_id>")
@requires(Role.ORGANISER, Role.TRAINER)
def open_desk(lesson_id: str) -> Response | WerkzeugResponse:
    """Open a desk on this device."""
    lesson, training = _lesson(lesson_id)
    value, form = read(DeskForm, request.form)
    if value is None:
        return _opening_page(lesson, training, form, status=422)
    who, now = staff(), clock.now()
    try:
        desk = unit_of_work(
            lambda: enrol_desk(
                lesson_id,
                organisation_id=who.organisation_id,
                label=value.label,
                staff_id=who.staff_id,
                by=who.actor,
                now=now,
            )
        )
    except DeskClosed as error:
        form.add_general(error.text)
        return _opening_page(lesson, training, form, status=error.status)
    opened = {**cookie.get(OPENED, {}), lesson_id: desk.public_id}
    cookie[OPENED] = dict(list(opened.items())[-MOST_OPENED:])
    return redirect(url_for("desk.show", lesson_id=lesson_id), 303)


@blueprint.post("/<lesson_id>/close")
@requires(Role.ORGANISER, Role.TRAINER)
def close(lesson_id: str) -> WerkzeugResponse:
    """Close a desk: the named one, else the one of this browser."""
    lesson, _training = _lesson(lesson_id)
    who, now = staff(), clock.now()
    here = cookie.get(OPENED, {}).get(lesson_id, "")
    asked = request.form.get("desk") or here
    if asked in {desk.public_id for desk in desks.list_desks(lesson.id)}:
        unit_of_work(
            lambda: revoke_desk(asked, organisation_id=who.organisation_id, by=who.actor, now=now)
        )
    if asked == here:
        cookie[OPENED] = {k: v for k, v in cookie.get(OPENED, {}).items() if k != lesson_id}
    return redirect(url_for("desk.show", lesson_id=lesson_id), 303)


def _lesson(lesson_id: str) -> tuple[Lesson, Training]:
    who = staff()
    lesson = desks.get_lesson(
        lesson_id, organisation_id=who.organisation_id, trainer_id=only_taught_by(who)
    )
    return lesson, desks.get_training_of(lesson)


def _desk_here(lesson: Lesson) -> Desk | None:
    known = cookie.get(OPENED, {}).get(lesson.public_id)
    if known is None:
        return None
    return desks.find_desk(known, lesson_id=lesson.id, staff_id=staff().staff_id, now=clock.now())


def _opening_page(lesson: Lesson, training: Training, form: Form, status: int = 200) -> Response:
    page = render_template(
        "attendance/open_desk.html",
        training=training,
        training_title=_title(training),
        lesson=lesson,
        span=_span(lesson),
        desks=desks.list_desks(lesson.id),
        form=form,
        now=clock.now(),
    )
    return make_response(page, status)


def _suggestion(lesson: Lesson) -> str:
    return str(_("%(number)s号签到台", number=len(desks.list_desks(lesson.id)) + 1))


def _span(lesson: Lesson) -> Span:
    return Span(starts_at=lesson.starts_at, ends_at=lesson.ends_at)


def _title(training: Training) -> str:
    return training.title_en if language() == "en" and training.title_en else training.title


def _notice(lesson: Lesson) -> str:
    span, now = _span(lesson), clock.now()
    if now < span.opens_at:
        return _(
            "%(at)s开始签到，现在扫码会提示尚未到签到时间。", at=instant(span.opens_at, "prose")
        )
    if now > span.closes_at:
        return _(
            "签到已于%(at)s结束，需要补录请到出勤页更正。", at=instant(span.closes_at, "prose")
        )
    return ""


def _page_data(lesson: Lesson, desk: Desk, sequence: int) -> dict[str, Any]:
    static = {
        "worker": "js/desk/worker.js",
        "ponyfill": "vendor/barcode-detector/ponyfill.js",
        "wasm": "vendor/zxing-wasm/zxing_reader.wasm",
    }
    return {
        "api": f"/api/v1/lessons/{lesson.public_id}",
        "token": tokens.issue(tokens.Purpose.DESK, desk.credential_id),
        "language": "zh-Hans" if language() == "zh" else "en",
        "server_time": clock.now().isoformat(),
        "timezone": settings().default_timezone,
        "sequence": sequence,
        "sprite": url_for("static", filename="vendor/tabler-icons/sprite.svg"),
        "reader": {name: url_for("static", filename=path) for name, path in static.items()},
        "texts": desk_texts(),
    }


def _never_kept(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
